"""Floor textures: at a point (x, z), the weight of the second colour and the brightness."""

import numpy as np

from motionfollower.research.synthetic.environment.types import Floor
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, GRAIN, STRANDS, sample_noise
from motionfollower.research.synthetic.renderer.types import Floats
from motionfollower.research.synthetic.renderer.vectors import fraction, indicator

PLANKS, TILES, ASPHALT, GRASS, CHECKER, HERRINGBONE = (
    int(floor) for floor in (Floor.PLANKS, Floor.TILES, Floor.ASPHALT, Floor.GRASS, Floor.CHECKER, Floor.HERRINGBONE)
)

Tint = tuple[float, float]  # weight of the second colour, brightness


@compiled
def cell_random(row: float, column: float, seed: float) -> float:
    """A hash of a grid cell to a number in [0, 1)."""
    return fraction(np.sin(12.9 * row + 78.2 * column + seed) * 43758.5)


@compiled
def tint_floor(kind: int, x: float, z: float, scale: float, seed: float, noise: Floats) -> Tint:
    """Evaluate the texture of a floor at a point."""
    if kind == PLANKS:
        return _planks(0.18 * scale * x, scale * z, x, z, seed, noise)
    if kind == HERRINGBONE:
        zigzag = x if fraction(0.25 * scale * z) < 0.5 else -x
        return _planks(0.3 * scale * (zigzag + z), 0.7 * scale * (z - zigzag), x, z, seed, noise)
    if kind == TILES:
        return _tiles(scale * x, scale * z, x, z, seed, noise)
    if kind == CHECKER:
        return indicator((int(np.floor(scale * x)) + int(np.floor(scale * z))) % 2 == 0), 1.0
    if kind == GRASS:
        return 0.5 + 0.25 * sample_noise(noise, 0.13 * x, 0.13 * z, CLOUDS) + 0.35 * sample_noise(
            noise, 0.9 * x, 0.5 * z, GRAIN
        ), 1.0
    if kind == ASPHALT:
        return 0.5 + 0.22 * sample_noise(noise, 0.11 * x, 0.11 * z, CLOUDS) + 0.2 * sample_noise(
            noise, 1.3 * x, 1.3 * z, GRAIN
        ), 1.0
    return 0.5 + 0.08 * sample_noise(noise, 0.1 * x + seed, 0.1 * z, CLOUDS) + 0.3 * sample_noise(
        noise, 3 * x, 3 * z, GRAIN
    ), 1.0


@compiled
def _planks(along: float, across: float, x: float, z: float, seed: float, noise: Floats) -> Tint:
    row = np.floor(across)
    along += 0.37 * row
    tone = cell_random(row, np.floor(along), seed)
    grain = sample_noise(noise, 0.25 * x + 5 * tone, 2.6 * z + 3 * tone, STRANDS)
    is_joint = across - row < 0.03 or fraction(along) < 0.006
    return 0.8 * tone + 0.22 * grain, 0.55 if is_joint else 1.0


@compiled
def _tiles(u: float, v: float, x: float, z: float, seed: float, noise: Floats) -> Tint:
    tone = cell_random(np.floor(u), np.floor(v), seed)
    is_joint = fraction(u) < 0.025 or fraction(v) < 0.025
    return 0.35 * tone + 0.25 * sample_noise(noise, 0.3 * x + tone, 0.3 * z, CLOUDS), 0.6 if is_joint else 1.0
