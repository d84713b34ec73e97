"""Estimate how long an edit will take on this machine, from the edits it has done."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import InputError
from motionfollower.core.events import Stage
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import BackendInfo
from motionfollower.ui.inputs.form import FormValues

# Measured with the demo backend on two cores, per frame of 512 × 512: everything but sampling, and sampling per step
# and branch.
DEMO_SECONDS = (0.6, 0.06)
OVERHEAD = 4.0  # seconds for an edit of any length: starting the estimators, opening and closing files
UNIT_PIXELS = 512 * 512  # the estimate is per frame of this size
SHALLOW_FRACTION = 0.4  # of a full pass is one that reuses the deep features of another


@dataclass(frozen=True)
class RuntimeEstimate:
    """Seconds per frame of 512 × 512: `fixed` once, `step` for each evaluation of the networks."""

    fixed: float
    step: float

    @classmethod
    def initial(cls, info: BackendInfo) -> RuntimeEstimate:
        """The estimate before the first edit; none for released weights, whose machines differ too much."""
        return cls(*DEMO_SECONDS) if info.is_demo else cls(0.0, 0.0)

    def seconds(self, frames: int, pixels: int, settings: SamplerSettings) -> float:
        """The expected time; 0 where there is no estimate yet."""
        variable = frames * pixels / UNIT_PIXELS * (self.fixed + self.step * evaluations(settings))
        return OVERHEAD + variable if variable else 0.0

    def updated(self, run: RunMetadata, seconds: float | None) -> RuntimeEstimate:
        """The estimate after a run of `seconds` in total; None where its clips had been prepared before."""
        units = run.frames * run.size[0] * run.size[1] / UNIT_PIXELS
        sampling = run.seconds.get(Stage.SAMPLING, 0.0)
        step = sampling / units / evaluations(run.sampler)
        fixed = self.fixed if seconds is None else max(0.0, seconds - OVERHEAD - sampling) / units
        return RuntimeEstimate(fixed, step)

    def describe(self, values: FormValues, defaults: SamplerSettings) -> str:
        """A sentence about the expected time, or the error in the values."""
        try:
            settings = values.sampler_settings(defaults)
        except InputError as error:
            return str(error)
        seconds = self.seconds(int(values.frames), int(values.resolution) ** 2, settings)
        if not seconds:
            return "Estimated time: available after the first run."
        return f"Estimated time: about {max(1, round(seconds))} s."


def evaluations(settings: SamplerSettings) -> float:
    """The approximate number of network evaluations in both branches; a gradient costs about two more."""
    start, end = settings.cfg_span
    cfg = (end - start) * (settings.cfg_scale > 1)
    guidance = 3 / settings.guidance.every * (settings.guidance.scale > 0)
    return settings.steps * (SHALLOW_FRACTION + (1 - SHALLOW_FRACTION) / settings.reuse) * (1 + cfg + guidance)
