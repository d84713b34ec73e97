"""How long an edit will take on this machine, learned from the edits it has done."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import InputError
from motionfollower.io.run_record import RunMetadata
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import FormValues

# Measured on two cores at 512 × 512, for each frame: everything but sampling, and sampling one step in one branch.
EMBEDDED_SECONDS = (0.6, 0.06)
START = 4.0  # seconds for an edit of any length: starting the estimators, opening and closing files
SQUARE = 512 * 512
SHALLOW = 0.4  # of a pass through all layers is one that reuses the deep features of another


@dataclass(frozen=True)
class RuntimeEstimate:
    """Seconds for each frame of 512 × 512: `fixed` once, `step` for each evaluation of the networks."""

    fixed: float
    step: float

    @classmethod
    def first(cls, engine: Engine) -> RuntimeEstimate:
        """What is known before the first edit; nothing of the full backend, whose machines differ too much."""
        return cls(*EMBEDDED_SECONDS) if engine.is_tiny else cls(0.0, 0.0)

    def seconds(self, frames: int, pixels: int, settings: SamplerSettings) -> float:
        """The expected time; 0 where nothing is known."""
        variable = frames * pixels / SQUARE * (self.fixed + self.step * evaluations(settings))
        return START + variable if variable else 0.0

    def learned(self, run: RunMetadata, seconds: float | None) -> RuntimeEstimate:
        """The pace with what a run took in all; None where its clips were known already, so that this says little."""
        unit = run.frames * run.size[0] * run.size[1] / SQUARE
        sampling = run.seconds.get("sampling", 0.0)
        step = sampling / unit / evaluations(run.sampler)
        fixed = self.fixed if seconds is None else max(0.0, seconds - START - sampling) / unit
        return RuntimeEstimate(fixed, step)

    def describe(self, choices: FormValues, usual: SamplerSettings) -> str:
        """How long the settings will take, in words; what is wrong with them, where something is."""
        try:
            settings = choices.sampler_settings(usual)
        except InputError as error:
            return str(error)
        seconds = self.seconds(int(choices.frames), int(choices.side) ** 2, settings)
        if not seconds:
            return "The first run will tell how long these settings take here."
        return f"About {max(1, round(seconds))} s with these settings."


def evaluations(settings: SamplerSettings) -> float:
    """About how often the networks run, in both branches; a gradient costs about two more runs."""
    start, end = settings.cfg_span
    cfg = (end - start) * (settings.cfg_scale > 1)
    guidance = 3 / settings.guidance.every * (settings.guidance.scale > 0)
    return settings.steps * (SHALLOW + (1 - SHALLOW) / settings.reuse) * (1 + cfg + guidance)
