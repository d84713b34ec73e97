"""Arguments of the compiled loops: named tuples of arrays, which Numba supports."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]


class Material(IntEnum):
    """The material of a triangle."""

    SKIN = 0
    TOP = 1
    BOTTOM = 2
    JACKET = 3
    SHOES = 4
    HAT = 5
    HAIR = 6
    EYE = 7


class Pattern(IntEnum):
    """The pattern of a cloth's two colours."""

    PLAIN = 0
    STRIPES = 1
    PINSTRIPES = 2
    CHECKS = 3
    DOTS = 4
    DENIM = 5
    SOLE = 6
    BLOTCHES = 7
    PRINT = 8
    BLOCKS = 9
    ZIGZAG = 10


class Geometry(NamedTuple):
    """Posed triangles: `points` and `normals` f32 [V, 3] in the world, `triangles` int32 [T, 3].

    `materials` int32 [T] are `Material`s. `coords` f32 [V, 5]: three texture coordinates, the distance inside the
    material's outline (pixels where it is negative are discarded), and the hair layer.
    """

    points: Floats
    normals: Floats
    triangles: Indices
    materials: Indices
    coords: Floats


class View(NamedTuple):
    """A pinhole camera at `eye` f64 [3]; `rotation` f64 [3, 3] maps the world to x right, y down, z forward.

    The focal length `focal` and the principal point (`x`, `y`) are in pixels.
    """

    rotation: Doubles
    eye: Doubles
    focal: float
    x: float
    y: float


class Light(NamedTuple):
    """`direction` to the sun f64 [3]; radiance of sun, sky and ground, f64 [3] linear RGB each."""

    direction: Doubles
    sun: Doubles
    sky: Doubles
    ground: Doubles


class ShadowMap(NamedTuple):
    """`depth` f32 [S, S] in metres from the sun, by `rotation` f64 [3, 3] around `centre` f64 [3], `scale` px/m."""

    depth: Floats
    rotation: Doubles
    centre: Doubles
    scale: float


class MaterialTable(NamedTuple):
    """Parameters by `Material`: linear colours f64 [M, 3], the others f64 [M] (see `appearance.types.Cloth`)."""

    colour: Doubles
    second: Doubles
    pattern: Doubles
    scale: Doubles
    second_fraction: Doubles
    phase: Doubles
    folds: Doubles
    roughness: Doubles
    shine: Doubles


class Pixels(NamedTuple):
    """The z-buffer: `inverse_depth` f32 [H, W] in 1/m (0: empty), `triangle` int32 [H, W] (−1: none).

    `barycentric` f32 [H, W, 2] are the barycentric coordinates of the triangle's second and third corner.
    """

    inverse_depth: Floats
    triangle: Indices
    barycentric: Floats
