"""What happens at each step of a run, decided before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from motionfollower.core.config import SamplerSettings
from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.ddim import make_schedule


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
    injects = [settings.camera and is_injected(i, steps) for i in range(steps)]
    repeats = [settings.repeats if is_repeated(i, steps) else 1 for i in range(steps)]
    uses_cfg = [settings.cfg_scale > 1 and is_in_span(i, steps, settings.cfg_span) for i in range(steps)]
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
            noises=settings.noise_eta > 0 and is_noised(i, steps),
            repeats=repeats[i],
            uses_cfg=uses_cfg[i],
            reuses=reuses[i],
        )
        for i in range(steps)
    )


def _guided(settings: SamplerSettings) -> list[bool]:
    """Which steps are guided."""
    released = [i for i in range(settings.steps) if is_guided(i, settings.steps)]
    kept = released[:: settings.guidance.every] if settings.guidance.scale > 0 else []
    return [i in kept for i in range(settings.steps)]


def _reusing(own: Sequence[bool], reuse: int) -> list[bool]:
    """Which steps reuse deep features: up to `reuse` - 1 after one that has its own, as the `own` ones must."""
    reuses, since = [], 0
    for is_own in own:
        since = 0 if is_own else (since + 1) % reuse
        reuses.append(since > 0)
    return reuses


GUIDED_ALWAYS_UNTIL = Fraction("0.2")
GUIDED_UNTIL = Fraction("0.6")
NOISE_SPAN = (Fraction("0.2"), Fraction("0.4"))
REPEAT_SPAN = (Fraction("0.4"), Fraction("0.6"))
CAMERA_FROM = Fraction("0.4")


def is_guided(step: int, steps: int) -> bool:
    """Score guidance: at every step in [0, .2), at every second one in [.2, .6)."""
    position = Fraction(step, steps)
    return position < GUIDED_ALWAYS_UNTIL or (position < GUIDED_UNTIL and step % 2 == 0)


def is_noised(step: int, steps: int) -> bool:
    """SDE noise inside the target mask: in (.2, .4)."""
    return NOISE_SPAN[0] < Fraction(step, steps) < NOISE_SPAN[1]


def is_repeated(step: int, steps: int) -> bool:
    """Repeats of a step: at every second one in (.4, .6)."""
    return REPEAT_SPAN[0] < Fraction(step, steps) < REPEAT_SPAN[1] and step % 2 == 0


def is_injected(step: int, steps: int) -> bool:
    """Camera mode's keys and values of the reconstruction: from .4 on."""
    return Fraction(step, steps) >= CAMERA_FROM


def is_in_span(step: int, steps: int, span: tuple[float, float]) -> bool:
    """Whether a step lies in [start, end) of the run; shares are taken as decimals of three places."""
    start, end = (Fraction(share).limit_denominator(1000) for share in span)
    return start <= Fraction(step, steps) < end
