"""Materials: albedo, bump-mapped normal and gloss of skin, cloth, hair and eyes."""

from typing import NamedTuple

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import (
    CLOUDS,
    CLUMPS,
    FOLD_U,
    FOLD_V,
    GRAIN,
    STRANDS,
    sample_noise,
)
from motionfollower.research.synthetic.renderer.patterns import second_colour_weight
from motionfollower.research.synthetic.renderer.surface import SurfacePoint, bump
from motionfollower.research.synthetic.renderer.types import Floats, Material, MaterialTable
from motionfollower.research.synthetic.renderer.vectors import Vector, add, blend, clamp, row, scale, unit

SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)

FOLD_SCALE = 0.055  # periods of the fold noise per decimetre
HEM = 0.07  # decimetres: width of the seam
PORES = 0.035  # bump strength
PUPIL, IRIS_RIM, IRIS = 0.024, 0.052, 0.060  # radii in decimetres


class SurfaceMaterial(NamedTuple):
    """Linear albedo `colour`, bump-mapped `normal`, `roughness` and specular strength `shine`."""

    colour: Vector
    normal: Vector
    roughness: float
    shine: float


@compiled
def skin_material(point: SurfacePoint, texture: Floats, noise: Floats) -> SurfaceMaterial:
    """Skin from its texture f32 [S, S, 4] of albedo and shine, with pores."""
    size = texture.shape[0]
    u, v, _ = point.coords
    x = min(max(int(u * size), 0), size - 1)
    y = min(max(int((1 - v) * size), 0), size - 1)
    pores = (
        sample_noise(noise, 24 * u, 24 * v, GRAIN),
        sample_noise(noise, 24 * u + 0.3, 24 * v, GRAIN),
        sample_noise(noise, 24 * u, 24 * v + 0.6, GRAIN),
    )
    return SurfaceMaterial(
        row(texture[y], x), unit(add(point.normal, scale(pores, PORES))), 0.42, np.float64(texture[y, x, 3])
    )


@compiled
def cloth_material(
    point: SurfacePoint,
    normal: Vector,
    is_lining: bool,
    along_u: Vector,
    along_v: Vector,
    material: int,
    table: MaterialTable,
    noise: Floats,
) -> SurfaceMaterial:
    """Cloth with its pattern, weave, hem and folds."""
    u, v, w = point.coords
    phase = table.phase[material]
    second = second_colour_weight(
        int(table.pattern[material]), point.coords, table.scale[material], table.second_fraction[material], phase, noise
    )
    colour = blend(row(table.colour, material), row(table.second, material), second)
    weave = (
        1
        + 0.06 * sample_noise(noise, 2.3 * u, 2.3 * v, GRAIN)
        + 0.05 * sample_noise(noise, 0.21 * u + 0.2, 0.21 * v, CLOUDS)
    )
    colour = scale(colour, weave * _hem(point.inside) * (0.35 if is_lining else 1.0))
    slant = FOLD_SCALE * (u + 0.4 * w) + phase
    steep = 0.55 * FOLD_SCALE * v + phase
    fine, finer = 2.7 * FOLD_SCALE * u + 0.4, FOLD_SCALE * (1.9 * v + w)
    depth = table.folds[material]
    slope_u = depth * (sample_noise(noise, slant, steep, FOLD_U) + 0.35 * sample_noise(noise, fine, finer, FOLD_U))
    slope_v = depth * (sample_noise(noise, slant, steep, FOLD_V) + 0.35 * sample_noise(noise, fine, finer, FOLD_V))
    bumped = unit(bump(normal, along_u, along_v, slope_u, slope_v))
    return SurfaceMaterial(colour, bumped, table.roughness[material], table.shine[material])


@compiled
def _hem(inside: float) -> float:
    """Brightness factor: darker along the edge, darkest at the seam."""
    if inside >= HEM:
        return 1.0
    return 0.86 * (0.75 if inside > HEM - 0.06 else 1.0)


@compiled
def hair_material(point: SurfacePoint, along_u: Vector, table: MaterialTable, noise: Floats) -> SurfaceMaterial:
    """Hair strands, darker in the lower layers."""
    u, v, w = point.coords
    if point.layer == 0:
        strand = sample_noise(noise, 0.9 * (u + 0.6 * w), 0.05 * v, STRANDS)
        tint = 0.8 + 0.16 * strand
    else:
        strand = sample_noise(noise, 0.55 * (u + 0.37 * w), 0.25 * v + 0.45 * w, CLUMPS)
        tint = (0.78 + 0.2 * strand) * (0.55 + 0.45 * point.layer)
    colour = scale(row(table.colour, HAIR), max(tint, 0.15))
    return SurfaceMaterial(colour, unit(add(point.normal, scale(along_u, 0.22 * strand))), 0.6, 0.0)


@compiled
def eye_material(point: SurfacePoint, table: MaterialTable) -> SurfaceMaterial:
    """Sclera, iris and pupil by the distance from the eye's axis."""
    u, v, w = point.coords
    radius = np.sqrt(u * u + v * v)
    colour = (0.62, 0.58, 0.56)
    if w > 0 and radius < PUPIL:
        colour = (0.01, 0.01, 0.01)
    elif w > 0 and radius < IRIS:
        rays = 0.7 + 0.15 * np.sin(23 * np.arctan2(v, u))
        colour = scale(row(table.colour, EYE), rays * (0.45 if radius > IRIS_RIM else 1.0))
    return SurfaceMaterial(colour, point.normal, 0.12, 0.10)


@compiled
def strand_direction(normal: Vector) -> Vector:
    """The tangent direction of hair strands: down and slightly back along the head."""
    along = 0.9 * normal[1] - 0.3 * normal[2]
    return unit((-normal[0] * along, 0.9 - normal[1] * along, -0.3 - normal[2] * along))


@compiled
def blinn_phong(roughness: float, half_cosine: float) -> float:
    """The Blinn–Phong specular lobe, normalised so that its energy does not depend on roughness."""
    power = clamp(2 / (roughness**4 + 1e-4) - 2, 0, 400)
    return float(max(half_cosine, 0.0) ** power * (power + 8) / 25)
