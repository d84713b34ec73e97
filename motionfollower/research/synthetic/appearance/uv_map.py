"""The UV map: which point of the body each pixel of a skin texture shows."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.patch import triangles
from motionfollower.research.synthetic.assets.types import Assets, Doubles, Indices
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats

SEAM_PIXELS = 6  # pixels filled beyond the edges of the UV islands
EDGE_TOLERANCE = -0.01  # least barycentric coordinate that still counts as inside a triangle


@cache
def body_positions(assets: Assets, size: int) -> Floats:
    """The position on the base mesh of each texture pixel, f32 [size, size, 3] in decimetres."""
    mesh = assets.mesh
    corners, positions = triangles(mesh.quads["body"]), np.zeros((size, size, 3), np.float32)
    is_filled = np.zeros((size, size), np.uint8)
    pixels = mesh.uvs * [size, -size] + [0, size]
    _rasterize(corners, triangles(mesh.quad_uvs["body"]), pixels, mesh.vertices, positions, is_filled)
    for _ in range(SEAM_PIXELS):
        _dilate(positions, is_filled)
    return positions


@compiled
def _rasterize(
    corners: Indices,
    corner_uvs: Indices,
    pixels: Doubles,
    vertices: Doubles,
    positions: Floats,
    is_filled: NDArray[np.uint8],
) -> None:
    size = positions.shape[0]
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
                if min(first, second, third) >= EDGE_TOLERANCE:
                    for axis in range(3):
                        value = first * vertices[a, axis] + second * vertices[b, axis] + third * vertices[c, axis]
                        positions[y, x, axis] = value
                    is_filled[y, x] = 1


def _dilate(positions: Floats, is_filled: NDArray[np.uint8]) -> None:
    """Extend the positions by one pixel, to hide the seams between UV islands."""
    box = np.ones((3, 3), np.float32)
    count = cv2.filter2D(is_filled.astype(np.float32), -1, box)
    total = cv2.filter2D(positions * is_filled[..., None], -1, box)
    rim = (is_filled == 0) & (count > 0)
    positions[rim] = total[rim] / count[rim][:, None]
    is_filled[rim] = 1
