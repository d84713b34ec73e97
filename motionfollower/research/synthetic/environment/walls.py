"""Wall textures: at a point (u along, v up), the weight of the second colour, brightness and emission."""

import numpy as np

from motionfollower.research.synthetic.environment.floors import cell_random
from motionfollower.research.synthetic.environment.types import Wall
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, GRAIN, sample_noise
from motionfollower.research.synthetic.renderer.types import Floats
from motionfollower.research.synthetic.renderer.vectors import Vector, fraction, indicator

BRICKS, PANELLED, FACADE, DRAPES = (int(wall) for wall in (Wall.BRICKS, Wall.PANELLED, Wall.FACADE, Wall.DRAPES))
HEDGE, CONCRETE, WALLPAPER, SKYLINE = (int(wall) for wall in (Wall.HEDGE, Wall.CONCRETE, Wall.WALLPAPER, Wall.SKYLINE))
PLASTER = int(Wall.PLASTER)
NO_LIGHT = (0.0, 0.0, 0.0)
SKY_LIGHT = (0.75, 0.86, 1.0)
WINDOW_LIGHT = (0.55, 0.40, 0.23)
GLASS = (0.05, 0.07, 0.09)

Tint = tuple[float, float, Vector]  # weight of the second colour, brightness, emission


@compiled
def has_skirting(kind: int) -> bool:
    """Whether the wall has a skirting board."""
    return kind in (PLASTER, PANELLED, WALLPAPER)


@compiled
def tint_wall(kind: int, u: float, v: float, scale: float, seed: float, noise: Floats) -> Tint:
    """Evaluate the texture of a wall at a point."""
    if kind == BRICKS:
        return _bricks(u, v, scale, seed, noise)
    if kind == PANELLED:
        return _panelled(u, v, scale, seed, noise)
    if kind == FACADE:
        return _facade(u, v, scale, seed, noise)
    if kind == DRAPES:
        fold = 0.5 + 0.5 * np.sin(6 * scale * u + 1.5 * np.sin(2.3 * u + seed) + 0.6 * np.sin(0.7 * v + u))
        return fold, 0.55 + 0.45 * fold, NO_LIGHT
    if kind == HEDGE:
        return _hedge(u, v, seed, noise)
    if kind == CONCRETE:
        return _concrete(u, v, scale, seed, noise)
    if kind == WALLPAPER:
        leaf = sample_noise(noise, 0.11 * scale * u, 0.11 * scale * v + seed, CLOUDS)
        return indicator(abs(fraction(scale * u) - 0.5) < 0.28) * 0.7 + 0.3 * indicator(leaf > 0.4), 1.0, NO_LIGHT
    if kind == SKYLINE:
        return _skyline(u, v, seed, noise)
    clouds = 0.16 * sample_noise(noise, 0.08 * u + seed, 0.08 * v, CLOUDS)
    return 0.5 + clouds + 0.05 * sample_noise(noise, 0.9 * u, 0.9 * v, GRAIN), 1.0, NO_LIGHT


@compiled
def _bricks(u: float, v: float, scale: float, seed: float, noise: Floats) -> Tint:
    course = np.floor(2 * scale * v)
    along = scale * u + 0.5 * (course % 2)
    if 2 * scale * v - course < 0.10 or fraction(along) < 0.05:
        return 0.95, 1.35, NO_LIGHT
    tone = cell_random(course, np.floor(along), seed)
    return 0.75 * tone + 0.2 * sample_noise(noise, 0.6 * u, 0.6 * v, GRAIN), 1.0, NO_LIGHT


@compiled
def _panelled(u: float, v: float, scale: float, seed: float, noise: Floats) -> Tint:
    """Plaster above a rail, framed panelling below."""
    if v >= 0.95:
        return 0.45 + 0.12 * sample_noise(noise, 0.1 * u + seed, 0.1 * v, CLOUDS), 1.0, NO_LIGHT
    across = abs(fraction(scale * u) - 0.5)
    if across > 0.47 or v > 0.90:
        return 0.9, 0.8, NO_LIGHT
    frame = max(across - 0.40, abs(v - 0.5) - 0.28)
    if abs(frame) < 0.012:
        return 0.9, 0.75, NO_LIGHT
    return 0.9, 0.94 if frame < 0 else 1.0, NO_LIGHT


@compiled
def _facade(u: float, v: float, scale: float, seed: float, noise: Floats) -> Tint:
    """A facade with windows, some of them lit."""
    column, storey = 0.5 * scale * u + seed, 0.36 * v + 0.06
    across, up = fraction(column), fraction(storey)
    to_side, to_sill = 0.28 - abs(across - 0.5), 0.305 - abs(up - 0.555)
    if to_side < 0 or to_sill < 0:
        wall = (
            0.4 + 0.15 * sample_noise(noise, 0.1 * u + seed, 0.1 * v, CLOUDS) + 0.06 * sample_noise(noise, u, v, GRAIN)
        )
        return wall, 1.0, NO_LIGHT
    if min(2 * to_side / scale, 2.7 * to_sill) < 0.06 or abs(across - 0.5) < 0.012:
        return 0.4, 1.25, NO_LIGHT
    if cell_random(np.floor(column), np.floor(storey), seed) < 0.55:
        return 0.4, 0.25, GLASS
    glow = 0.6 + 0.5 * sample_noise(noise, 0.5 * u, 0.5 * v, CLOUDS) ** 2
    return 0.4, 0.25, (WINDOW_LIGHT[0] * glow, WINDOW_LIGHT[1] * glow, WINDOW_LIGHT[2] * glow)


@compiled
def _hedge(u: float, v: float, seed: float, noise: Floats) -> Tint:
    """A hedge against the sky."""
    if v > 2.6 + 0.8 * sample_noise(noise, 0.05 * u + seed, 0.3, CLOUDS):
        return 0.0, 0.0, SKY_LIGHT
    leaves = 0.45 * sample_noise(noise, 0.16 * u + seed, 0.2 * v, CLOUDS) + 0.35 * sample_noise(
        noise, 0.6 * u, 0.6 * v, CLOUDS
    )
    return 0.5 + leaves, 1.0, NO_LIGHT


@compiled
def _concrete(u: float, v: float, scale: float, seed: float, noise: Floats) -> Tint:
    """Concrete slabs with holes at their corners."""
    across, up = fraction(0.5 * scale * u), fraction(0.7 * scale * v)
    tone = cell_random(np.floor(0.5 * scale * u), np.floor(0.7 * scale * v), seed)
    stains = sample_noise(noise, 0.12 * u + seed, 0.07 * v, CLOUDS)
    corner = np.hypot(abs(across - 0.5) - 0.36, abs(up - 0.5) - 0.34)
    is_dark = across < 0.012 or up < 0.016 or corner < 0.02
    return 0.35 + 0.2 * tone + 0.2 * stains + 0.1 * sample_noise(noise, u, v, GRAIN), 0.6 if is_dark else 1.0, NO_LIGHT


@compiled
def _skyline(u: float, v: float, seed: float, noise: Floats) -> Tint:
    """A distant skyline under the sky."""
    rise = (
        1.5
        + 0.35 * sample_noise(noise, 0.03 * u + seed, 0.1, CLOUDS)
        + 0.25 * np.floor(4 * cell_random(np.floor(0.9 * u), 1.0, seed)) / 4
    )
    if v > rise:
        pale = max(1 - 0.09 * (v - rise), 0.35)
        cloud = max(sample_noise(noise, 0.02 * u + seed, 0.06 * v, CLOUDS), 0.0) * 0.16
        return 0.0, 0.0, (0.55 + 0.3 * pale + cloud, 0.7 + 0.2 * pale + cloud, 1.0)
    return 0.5 + 0.4 * sample_noise(noise, 0.2 * u + seed, 0.3 * v, CLOUDS), 0.9, NO_LIGHT
