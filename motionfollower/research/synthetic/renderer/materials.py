"""Colour and bumps of what a pixel sees."""

from typing import NamedTuple

import numpy as np

from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import (
    CLOUDS,
    CLUMPS,
    FOLD_U,
    FOLD_V,
    GRAIN,
    STRANDS,
    Floats,
    look_up,
)
from motionfollower.research.synthetic.renderer.patterns import second_colour
from motionfollower.research.synthetic.renderer.surface import Spot, bump
from motionfollower.research.synthetic.renderer.types import MaterialTable
from motionfollower.research.synthetic.renderer.vectors import Vector, add, blend, clamp, row, scale, unit

SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)

FOLD_SCALE = 0.055  # folds repeat after this many decimetres⁻¹
HEM = 0.07  # decimetres: the seam
PORES = 0.035
PUPIL, IRIS_RIM, IRIS = 0.024, 0.052, 0.060  # radii in decimetres


class Finish(NamedTuple):
    """Reflected colour (linear), the normal with its bumps, and how the surface glances."""

    colour: Vector
    normal: Vector
    roughness: float
    shine: float


@compiled
def finish_skin(spot: Spot, texture: Floats, noise: Floats) -> Finish:
    """Skin as painted in its texture f32 [S, S, 4]: colour and shine."""
    size = texture.shape[0]
    u, v, _ = spot.coords
    x = min(max(int(u * size), 0), size - 1)
    y = min(max(int((1 - v) * size), 0), size - 1)
    pores = (
        look_up(noise, 24 * u, 24 * v, GRAIN),
        look_up(noise, 24 * u + 0.3, 24 * v, GRAIN),
        look_up(noise, 24 * u, 24 * v + 0.6, GRAIN),
    )
    return Finish(row(texture[y], x), unit(add(spot.normal, scale(pores, PORES))), 0.42, np.float64(texture[y, x, 3]))


@compiled
def finish_cloth(
    spot: Spot,
    normal: Vector,
    is_lining: bool,
    along_u: Vector,
    along_v: Vector,
    material: int,
    wardrobe: MaterialTable,
    noise: Floats,
) -> Finish:
    """Cloth: its pattern, its weave, its hem and its folds."""
    u, v, w = spot.coords
    phase = wardrobe.phase[material]
    second = second_colour(
        int(wardrobe.pattern[material]), spot.coords, wardrobe.scale[material], wardrobe.share[material], phase, noise
    )
    colour = blend(row(wardrobe.colour, material), row(wardrobe.second, material), second)
    weave = 1 + 0.06 * look_up(noise, 2.3 * u, 2.3 * v, GRAIN) + 0.05 * look_up(noise, 0.21 * u + 0.2, 0.21 * v, CLOUDS)
    colour = scale(colour, weave * _hem(spot.inside) * (0.35 if is_lining else 1.0))
    slant = FOLD_SCALE * (u + 0.4 * w) + phase
    steep = 0.55 * FOLD_SCALE * v + phase
    fine, finer = 2.7 * FOLD_SCALE * u + 0.4, FOLD_SCALE * (1.9 * v + w)
    depth = wardrobe.folds[material]
    slope_u = depth * (look_up(noise, slant, steep, FOLD_U) + 0.35 * look_up(noise, fine, finer, FOLD_U))
    slope_v = depth * (look_up(noise, slant, steep, FOLD_V) + 0.35 * look_up(noise, fine, finer, FOLD_V))
    bumped = unit(bump(normal, along_u, along_v, slope_u, slope_v))
    return Finish(colour, bumped, wardrobe.roughness[material], wardrobe.shine[material])


@compiled
def _hem(inside: float) -> float:
    """Darker along the edge, darkest at the seam."""
    if inside >= HEM:
        return 1.0
    return 0.86 * (0.75 if inside > HEM - 0.06 else 1.0)


@compiled
def finish_hair(spot: Spot, along_u: Vector, wardrobe: MaterialTable, noise: Floats) -> Finish:
    """Strands, darker in the lower layers."""
    u, v, w = spot.coords
    if spot.layer == 0:
        strand = look_up(noise, 0.9 * (u + 0.6 * w), 0.05 * v, STRANDS)
        tint = 0.8 + 0.16 * strand
    else:
        strand = look_up(noise, 0.55 * (u + 0.37 * w), 0.25 * v + 0.45 * w, CLUMPS)
        tint = (0.78 + 0.2 * strand) * (0.55 + 0.45 * spot.layer)
    colour = scale(row(wardrobe.colour, HAIR), max(tint, 0.15))
    return Finish(colour, unit(add(spot.normal, scale(along_u, 0.22 * strand))), 0.6, 0.0)


@compiled
def finish_eye(spot: Spot, wardrobe: MaterialTable) -> Finish:
    """White, iris and pupil."""
    u, v, w = spot.coords
    radius = np.sqrt(u * u + v * v)
    colour = (0.62, 0.58, 0.56)
    if w > 0 and radius < PUPIL:
        colour = (0.01, 0.01, 0.01)
    elif w > 0 and radius < IRIS:
        rays = 0.7 + 0.15 * np.sin(23 * np.arctan2(v, u))
        colour = scale(row(wardrobe.colour, EYE), rays * (0.45 if radius > IRIS_RIM else 1.0))
    return Finish(colour, spot.normal, 0.12, 0.10)


@compiled
def strand_direction(normal: Vector) -> Vector:
    """Hair falls down and a little back along the head."""
    along = 0.9 * normal[1] - 0.3 * normal[2]
    return unit((-normal[0] * along, 0.9 - normal[1] * along, -0.3 - normal[2] * along))


@compiled
def glance(roughness: float, half_cosine: float) -> float:
    """Blinn and Phong's highlight, as much light for every roughness."""
    power = clamp(2 / (roughness**4 + 1e-4) - 2, 0, 400)
    return float(max(half_cosine, 0.0) ** power * (power + 8) / 25)
