"""The plan of a run: which parts of the method act in each step, decided before the run starts.

The released code lists, for a run of 50 steps, those in which each part acts. Here they are spans of the run, fractions
from 0 to 1, so that any number of steps works; at 50 steps they give exactly the released steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from motionfollower.core.config import SamplerSettings
from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.ddim import make_schedule

GUIDED_ALWAYS_UNTIL = Fraction("0.2")
GUIDED_UNTIL = Fraction("0.6")
NOISE_SPAN = (Fraction("0.2"), Fraction("0.4"))
REPEAT_SPAN = (Fraction("0.4"), Fraction("0.6"))
INJECTED_FROM = Fraction("0.4")


def is_guided(step: int, steps: int) -> bool:
    """Score guidance: every step in [0, .2), every second step in [.2, .6)."""
    position = Fraction(step, steps)
    return position < GUIDED_ALWAYS_UNTIL or (position < GUIDED_UNTIL and step % 2 == 0)


def is_noised(step: int, steps: int) -> bool:
    """SDE noise inside the target mask: every step in (.2, .4)."""
    return NOISE_SPAN[0] < Fraction(step, steps) < NOISE_SPAN[1]


def is_repeated(step: int, steps: int) -> bool:
    """Repeats: every second step in (.4, .6)."""
    return REPEAT_SPAN[0] < Fraction(step, steps) < REPEAT_SPAN[1] and step % 2 == 0


def is_injected(step: int, steps: int) -> bool:
    """Camera mode's K/V injection: every step in [.4, 1)."""
    return Fraction(step, steps) >= INJECTED_FROM


def is_in_span(step: int, steps: int, span: tuple[float, float]) -> bool:
    """Whether a step lies in the span [start, end) of the run, fractions that are rounded to denominators ≤ 1000."""
    start, end = (Fraction(bound).limit_denominator(1000) for bound in span)
    return start <= Fraction(step, steps) < end


@dataclass(frozen=True)
class StepPlan:
    """One step, from noise level `alpha_bar` at `timestep` to `next_alpha_bar` at `next_timestep`.

    `guides` and `injects`: the reconstruction branch guides the score, and its keys and values are injected;
    `reconstructs`: it is evaluated, since this or a later step uses it; `noises`: SDE noise is added inside the target
    mask; `repeats`: how many times the step is taken; `uses_cfg`: classifier-free guidance acts; `reuses`: the deep
    features of an earlier step are reused.
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
    """The steps of a run; the last one ends at the clean signal (ᾱ = 1)."""
    steps = settings.steps
    schedule = make_schedule(steps, config, settings.strength)
    guides = _guided_steps(settings)
    injects = [settings.camera and is_injected(i, steps) for i in range(steps)]
    repeats = [settings.repeats if is_repeated(i, steps) else 1 for i in range(steps)]
    uses_cfg = [settings.cfg_scale > 1 and is_in_span(i, steps, settings.cfg_span) for i in range(steps)]
    passes = list(zip(injects, uses_cfg, strict=True))
    is_full = [i == 0 or guides[i] or repeats[i] > 1 or passes[i] != passes[i - 1] for i in range(steps)]
    reuses = _reusing_steps(is_full, settings.reuse)
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


def _guided_steps(settings: SamplerSettings) -> list[bool]:
    """Whether each step is guided: one in `guidance.every` of the released ones."""
    released = [i for i in range(settings.steps) if is_guided(i, settings.steps)]
    kept = released[:: settings.guidance.every] if settings.guidance.scale > 0 else []
    return [i in kept for i in range(settings.steps)]


def _reusing_steps(is_full: Sequence[bool], reuse: int) -> list[bool]:
    """Whether each step reuses deep features: up to `reuse` − 1 steps after a full one; those in `is_full` never do."""
    reuses, since = [], 0
    for needs_own in is_full:
        since = 0 if needs_own else (since + 1) % reuse
        reuses.append(since > 0)
    return reuses
