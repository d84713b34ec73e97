"""What happens at each step of a run, decided before it begins."""

from __future__ import annotations

from collections.abc import Sequence
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
    often the step is taken; `uses_cfg` is where CFG acts, `reuses` where an earlier step's deep features serve.
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
    uses_cfg: bool
    reuses: bool


def make_plan(settings: SamplerSettings, config: ScheduleConfig) -> tuple[StepPlan, ...]:
    """The steps of a run; after the last one the signal is clean (ᾱ = 1)."""
    steps = settings.steps
    schedule = make_schedule(steps, config, settings.strength)
    guides = _guided(settings)
    injects = [settings.camera and windows.is_injected(i, steps) for i in range(steps)]
    repeats = [settings.repeats if windows.is_repeated(i, steps) else 1 for i in range(steps)]
    uses_cfg = [settings.cfg_scale > 1 and windows.is_within(i, steps, settings.cfg_span) for i in range(steps)]
    sees = list(zip(injects, uses_cfg, strict=True))
    own = [i == 0 or guides[i] or repeats[i] > 1 or sees[i] != sees[i - 1] for i in range(steps)]
    reuses = _reusing(own, settings.reuse)
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
            repeats=repeats[i],
            uses_cfg=uses_cfg[i],
            reuses=reuses[i],
        )
        for i in range(steps)
    )


def _guided(settings: SamplerSettings) -> list[bool]:
    """Which steps are guided."""
    released = [i for i in range(settings.steps) if windows.is_guided(i, settings.steps)]
    kept = released[:: settings.guidance.every] if settings.guidance.scale > 0 else []
    return [i in kept for i in range(settings.steps)]


def _reusing(own: Sequence[bool], reuse: int) -> list[bool]:
    """Which steps reuse deep features: up to `reuse` - 1 after one that has its own, as the `own` ones must."""
    reuses, since = [], 0
    for is_own in own:
        since = 0 if is_own else (since + 1) % reuse
        reuses.append(since > 0)
    return reuses
