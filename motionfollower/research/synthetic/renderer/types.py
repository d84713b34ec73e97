"""What the loops are given: named tuples of arrays, which the compiler knows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]


class Geometry(NamedTuple):
    """Posed triangles: `points` and `normals` f32 [V, 3] in the world, `triangles` int32 [T, 3].

    `materials` int32 [T]; `coords` f32 [V, 5] are three coordinates that patterns are drawn in, how far the point
    is inside the material (pixels outside are cut away), and its layer of hair.
    """

    points: Floats
    normals: Floats
    triangles: Indices
    materials: Indices
    coords: Floats


class View(NamedTuple):
    """A pinhole camera at `eye` f64 [3]: `rotation` f64 [3, 3] leads from the world to x right, y down, z ahead.

    `focal` and the middle (`x`, `y`) are in pixels.
    """

    rotation: Doubles
    eye: Doubles
    focal: float
    x: float
    y: float


class Light(NamedTuple):
    """`direction` to the sun f64 [3]; its light, the sky's and the floor's, f64 [3] linear RGB each."""

    direction: Doubles
    sun: Doubles
    sky: Doubles
    ground: Doubles


class ShadowMap(NamedTuple):
    """What the sun sees along `rotation` f64 [3, 3] around `centre` f64 [3]: `depth` f32 [S, S], `scale` px a metre."""

    depth: Floats
    rotation: Doubles
    centre: Doubles
    scale: float


class MaterialTable(NamedTuple):
    """The values of all materials, by `Material`: colours f64 [M, 3] linear, the others f64 [M] (see `Cloth`)."""

    colour: Doubles
    second: Doubles
    pattern: Doubles
    scale: Doubles
    share: Doubles
    phase: Doubles
    folds: Doubles
    roughness: Doubles
    shine: Doubles


class Pixels(NamedTuple):
    """What each pixel sees: `nearness` f32 [H, W] (1/depth, 0: nothing), `triangle` int32 [H, W] (−1: none).

    `corners` f32 [H, W, 2] are the barycentric shares of the triangle's second and third corner.
    """

    nearness: Floats
    triangle: Indices
    corners: Floats
