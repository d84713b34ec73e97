"""How long an edit will take on this machine, learned from the edits it has done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motionfollower.backends import Backend
from motionfollower.types import SamplerSettings

# Measured on two cores at 512 × 512: everything but sampling, and sampling one step in one branch.
EMBEDDED_SECONDS = (0.4, 0.04)
SQUARE = 512 * 512


@dataclass(frozen=True)
class Pace:
    """Seconds for each frame of 512 × 512: `fixed` once, `step` for each evaluation of the networks."""

    fixed: float
    step: float

    @classmethod
    def first(cls, backend: Backend) -> Pace | None:
        """What is known before the first edit; nothing of the full backend, whose machines differ too much."""
        return cls(*EMBEDDED_SECONDS) if backend.name == "embedded" else None

    def seconds(self, frames: int, pixels: int, settings: SamplerSettings) -> float:
        """The expected time."""
        return frames * pixels / SQUARE * (self.fixed + self.step * evaluations(settings))

    def learned(self, seconds: dict[str, float], frames: int, pixels: int, settings: SamplerSettings) -> Pace:
        """The pace with what an edit's stages took; sampling alone where the clips were known already."""
        unit = frames * pixels / SQUARE
        step = seconds.get("sampling", 0.0) / unit / evaluations(settings)
        if "read" not in seconds:
            return replace(self, step=step)
        return Pace((sum(seconds.values()) - seconds.get("sampling", 0.0)) / unit, step)


def evaluations(settings: SamplerSettings) -> float:
    """About how often the networks run, in both branches; a gradient costs about two more runs."""
    branches = 1 + (settings.cfg_scale > 1) + 3 * (settings.guidance.scale > 0)
    return settings.steps * branches
