"""Projection and rasterisation of triangles into the z-buffer, with alpha testing."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, CLUMPS, STRANDS, sample_noise
from motionfollower.research.synthetic.renderer.types import Floats, Geometry, Material, Pixels, View
from motionfollower.research.synthetic.renderer.vectors import rotate, row, subtract

NEAREST = 0.05  # metres: near plane
SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)


@compiled
def project(points: Floats, view: View, screen: Floats) -> None:
    """Project world points f32 [V, 3] to x, y in pixels and inverse depth, into `screen` f32 [V, 3]."""
    eye = (view.eye[0], view.eye[1], view.eye[2])
    for vertex in range(points.shape[0]):
        x, y, z = rotate(view.rotation, subtract(row(points, vertex), eye))
        inverse_depth = 1.0 / max(z, NEAREST)
        screen[vertex, 0] = view.x + view.focal * x * inverse_depth
        screen[vertex, 1] = view.y + view.focal * y * inverse_depth
        screen[vertex, 2] = inverse_depth


@compiled
def rasterize(screen: Floats, geometry: Geometry, noise: Floats, pixels: Pixels) -> None:
    """Fill `pixels` with the nearest triangles; back faces of skin and eyes are culled."""
    pixels.inverse_depth[:] = 0
    pixels.triangle[:] = -1
    height, width = pixels.inverse_depth.shape
    for triangle in range(geometry.triangles.shape[0]):
        a, b, c = geometry.triangles[triangle]
        x0, y0, z0 = row(screen, a)
        x1, y1, z1 = row(screen, b)
        x2, y2, z2 = row(screen, c)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        material = geometry.materials[triangle]
        is_closed = material in (SKIN, EYE)
        if abs(area) < 1e-9 or (is_closed and area >= 0):
            continue
        left = max(int(np.ceil(min(x0, x1, x2) - 0.5)), 0)
        right = min(int(np.floor(max(x0, x1, x2) - 0.5)), width - 1)
        top = max(int(np.ceil(min(y0, y1, y2) - 0.5)), 0)
        bottom = min(int(np.floor(max(y0, y1, y2) - 0.5)), height - 1)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5 - x0, y + 0.5 - y0
                second = (px * (y2 - y0) - (x2 - x0) * py) / area
                third = ((x1 - x0) * py - px * (y1 - y0)) / area
                first = 1 - second - third
                if first < 0 or second < 0 or third < 0:
                    continue
                inverse_depth = first * z0 + second * z1 + third * z2
                if inverse_depth <= pixels.inverse_depth[y, x]:
                    continue
                q1, q2 = second * z1 / inverse_depth, third * z2 / inverse_depth  # perspective-correct
                if not is_closed and is_cut(geometry.coords, a, b, c, q1, q2, material, noise):
                    continue
                pixels.inverse_depth[y, x] = inverse_depth
                pixels.triangle[y, x] = triangle
                pixels.barycentric[y, x, 0] = q1
                pixels.barycentric[y, x, 1] = q2


@compiled
def is_cut(coords: Floats, a: int, b: int, c: int, second: float, third: float, material: int, noise: Floats) -> bool:
    """Alpha test: whether this point of a triangle is transparent, beyond a hem or between hairs."""
    first = 1 - second - third
    inside = first * coords[a, 3] + second * coords[b, 3] + third * coords[c, 3]
    u = first * coords[a, 0] + second * coords[b, 0] + third * coords[c, 0]
    v = first * coords[a, 1] + second * coords[b, 1] + third * coords[c, 1]
    if material != HAIR:
        return bool(inside < 0.02 * sample_noise(noise, 0.5 * u, 0.5 * v, CLOUDS))
    w = first * coords[a, 2] + second * coords[b, 2] + third * coords[c, 2]
    layer = coords[a, 4]
    if layer == 0:  # long or tied hair: opaque except at its ends
        return bool(inside < 0.05 + 0.06 * sample_noise(noise, 0.5 * (u + 0.6 * w), 0.06 * v, STRANDS))
    clumps = sample_noise(noise, 0.55 * (u + 0.37 * w), 0.25 * v + 0.45 * w, CLUMPS)
    return bool(inside + 0.09 * clumps < 0 or (layer > 0.3 and clumps < 2.3 * layer - 1.6))
