"""What happens at each step of a run, decided before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.models.config import ScheduleConfig
from motionfollower.sampler import windows
from motionfollower.sampler.schedule import make_schedule
from motionfollower.types import SamplerSettings


@dataclass(frozen=True)
class StepPlan:
    """One step, from the noise level `alpha_bar` at `timestep` to `next_alpha_bar` at `next_timestep`.

    `guides` and `injects` say what the reconstruction branch gives to this step; `reconstructs`, whether this
    or a later step still looks at it. `noises` draws SDE noise inside the target mask; `repeats` counts how
    often the step is taken.
    """

    index: int
    timestep: int
    alpha_bar: float
    next_timestep: int
    next_alpha_bar: float
    guides: bool
    injects: bool
    reconstructs: bool
    noises: bool
    repeats: int


def make_plan(settings: SamplerSettings, config: ScheduleConfig) -> tuple[StepPlan, ...]:
    """The steps of a run; after the last one the signal is clean (ᾱ = 1)."""
    steps = settings.steps
    schedule = make_schedule(steps, config, settings.strength)
    guides = [settings.guidance.scale > 0 and windows.is_guided(i, steps) for i in range(steps)]
    injects = [settings.camera and windows.is_injected(i, steps) for i in range(steps)]
    return tuple(
        StepPlan(
            index=i,
            timestep=schedule.timesteps[i],
            alpha_bar=schedule.alpha_bars[i],
            next_timestep=schedule.timesteps[i + 1] if i + 1 < steps else 0,
            next_alpha_bar=schedule.alpha_bars[i + 1] if i + 1 < steps else 1.0,
            guides=guides[i],
            injects=injects[i],
            reconstructs=any(guides[i:]) or any(injects[i:]),
            noises=settings.noise_eta > 0 and windows.is_noised(i, steps),
            repeats=settings.repeats if windows.is_repeated(i, steps) else 1,
        )
        for i in range(steps)
    )
