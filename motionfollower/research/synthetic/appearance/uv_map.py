"""Which point of the body each pixel of a skin texture shows."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.patch import triangles
from motionfollower.research.synthetic.assets.types import Assets, Doubles, Indices
from motionfollower.research.synthetic.renderer.jit import compiled

Floats = NDArray[np.float32]

SEAMS = 6  # pixels beyond the edges of the map that are filled too
EDGE = -0.01  # how far outside a triangle still counts


@cache
def map_body(assets: Assets, size: int) -> Floats:
    """The place on the base mesh, in its decimetres, of each pixel f32 [size, size, 3]."""
    mesh = assets.mesh
    corners, places = triangles(mesh.quads["body"]), np.zeros((size, size, 3), np.float32)
    known = np.zeros((size, size), np.uint8)
    pixels = mesh.uvs * [size, -size] + [0, size]
    _fill(corners, triangles(mesh.quad_uvs["body"]), pixels, mesh.vertices, places, known)
    for _ in range(SEAMS):
        _grow(places, known)
    return places


@compiled
def _fill(
    corners: Indices, corner_uvs: Indices, pixels: Doubles, vertices: Doubles, places: Floats, known: NDArray[np.uint8]
) -> None:
    size = places.shape[0]
    for triangle in range(corners.shape[0]):
        (x0, y0), (x1, y1), (x2, y2) = pixels[corner_uvs[triangle]]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9:
            continue
        a, b, c = corners[triangle]
        for y in range(max(int(min(y0, y1, y2)) - 1, 0), min(int(max(y0, y1, y2)) + 2, size)):
            for x in range(max(int(min(x0, x1, x2)) - 1, 0), min(int(max(x0, x1, x2)) + 2, size)):
                px, py = x + 0.5 - x0, y + 0.5 - y0
                second = (px * (y2 - y0) - (x2 - x0) * py) / area
                third = ((x1 - x0) * py - px * (y1 - y0)) / area
                first = 1 - second - third
                if min(first, second, third) >= EDGE:
                    for axis in range(3):
                        place = first * vertices[a, axis] + second * vertices[b, axis] + third * vertices[c, axis]
                        places[y, x, axis] = place
                    known[y, x] = 1


def _grow(places: Floats, known: NDArray[np.uint8]) -> None:
    """Carry places one pixel beyond what is known, so that nothing shows at the seams."""
    box = np.ones((3, 3), np.float32)
    count = cv2.filter2D(known.astype(np.float32), -1, box)
    total = cv2.filter2D(places * known[..., None], -1, box)
    rim = (known == 0) & (count > 0)
    places[rim] = total[rim] / count[rim][:, None]
    known[rim] = 1
