"""When each part of the method acts: spans of the run as fractions, so that any number of steps works."""

from __future__ import annotations

from fractions import Fraction

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


def is_within(step: int, steps: int, span: tuple[float, float]) -> bool:
    """Whether a step lies in [start, end) of the run; shares are taken as decimals of three places."""
    start, end = (Fraction(share).limit_denominator(1000) for share in span)
    return start <= Fraction(step, steps) < end
