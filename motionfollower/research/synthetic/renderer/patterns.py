"""Fabric patterns: the weight of a cloth's second colour, in [0, 1], at coordinates in decimetres."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, GRAIN, sample_noise
from motionfollower.research.synthetic.renderer.types import Floats, Pattern
from motionfollower.research.synthetic.renderer.vectors import Vector, clamp, fraction, indicator

STRIPES, PINSTRIPES, CHECKS, DOTS = (
    int(p) for p in (Pattern.STRIPES, Pattern.PINSTRIPES, Pattern.CHECKS, Pattern.DOTS)
)
DENIM, SOLE, BLOTCHES, PRINT = (int(p) for p in (Pattern.DENIM, Pattern.SOLE, Pattern.BLOTCHES, Pattern.PRINT))
BLOCKS, ZIGZAG = int(Pattern.BLOCKS), int(Pattern.ZIGZAG)
SOLE_TOP = -7.86  # height of the upper edge of a shoe's sole
CHEST = 4.35  # height of the centre of a chest print


@compiled
def second_colour_weight(
    pattern: int, coords: Vector, scale: float, second_fraction: float, phase: float, noise: Floats
) -> float:
    """The weight of the second colour at a point."""
    u, v, w = coords
    across, up = fraction(u * scale), fraction(v * scale)
    if pattern == STRIPES:
        return indicator(up < second_fraction)
    if pattern == PINSTRIPES:
        return indicator(across < 0.5 * second_fraction)
    if pattern == CHECKS:
        return 0.5 * indicator(across < 0.5) + 0.5 * indicator(up < 0.5)
    if pattern == DOTS:
        return indicator((across - 0.5) ** 2 + (up - 0.5) ** 2 < 0.06)
    if pattern == DENIM:
        return _denim(u, v, w, phase, noise)
    if pattern == SOLE:
        return indicator(v > SOLE_TOP)
    if pattern == BLOTCHES:
        return clamp(
            (sample_noise(noise, 0.1 * scale * u + 0.07 * w + phase, 0.1 * scale * v, CLOUDS) - 0.35) * 5, 0, 1
        )
    if pattern == PRINT:
        return _print(u, v, w, phase, noise)
    if pattern == BLOCKS:
        return indicator(v > 1.5 + 3 * phase)
    if pattern == ZIGZAG:
        return indicator(fraction(v * scale + 0.35 * abs(2 * across - 1)) < second_fraction)
    return 0.0


@compiled
def _denim(u: float, v: float, w: float, phase: float, noise: Floats) -> float:
    """Washed denim: cloudy lightness variation."""
    clouds = sample_noise(noise, 0.07 * u + 0.05 * w + phase, 0.05 * v, CLOUDS)
    return clamp(0.3 + 0.2 * clouds + 0.1 * sample_noise(noise, 1.7 * u, 1.7 * v, GRAIN), 0, 1)


@compiled
def _print(u: float, v: float, w: float, phase: float, noise: Floats) -> float:
    """A round or square print on the chest, filled with noise."""
    if w < 0.3:
        return 0.0
    x, y = u / 0.75, (v - CHEST) / 0.65
    edge = max(abs(x), abs(y)) if phase > 0.5 else np.sqrt(x * x + y * y)
    if edge > 1:
        return 0.0
    return indicator(edge > 0.85 or sample_noise(noise, 0.22 * u + phase, 0.22 * v, CLOUDS) > 0.1)
