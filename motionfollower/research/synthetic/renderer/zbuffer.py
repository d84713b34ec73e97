"""Which triangle each pixel sees."""

import numpy as np

from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, CLUMPS, STRANDS, Floats, look_up
from motionfollower.research.synthetic.renderer.types import Geometry, Pixels, View
from motionfollower.research.synthetic.renderer.vectors import row, subtract, turn

NEAREST = 0.05  # metres: what is nearer lies behind the lens
SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)


@compiled
def project(points: Floats, view: View, screen: Floats) -> None:
    """Points f32 [V, 3] of the world as x, y in pixels and 1/depth, into `screen` f32 [V, 3]."""
    eye = (view.eye[0], view.eye[1], view.eye[2])
    for vertex in range(points.shape[0]):
        x, y, z = turn(view.rotation, subtract(row(points, vertex), eye))
        nearness = 1.0 / max(z, NEAREST)
        screen[vertex, 0] = view.x + view.focal * x * nearness
        screen[vertex, 1] = view.y + view.focal * y * nearness
        screen[vertex, 2] = nearness


@compiled
def rasterize(screen: Floats, geometry: Geometry, noise: Floats, pixels: Pixels) -> None:
    """Fill `pixels` with the nearest triangles; skin and eyes are seen from outside only."""
    pixels.nearness[:] = 0
    pixels.triangle[:] = -1
    height, width = pixels.nearness.shape
    for triangle in range(geometry.triangles.shape[0]):
        a, b, c = geometry.triangles[triangle]
        x0, y0, z0 = row(screen, a)
        x1, y1, z1 = row(screen, b)
        x2, y2, z2 = row(screen, c)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        material = geometry.materials[triangle]
        is_whole = material in (SKIN, EYE)
        if abs(area) < 1e-9 or (is_whole and area >= 0):
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
                nearness = first * z0 + second * z1 + third * z2
                if nearness <= pixels.nearness[y, x]:
                    continue
                q1, q2 = second * z1 / nearness, third * z2 / nearness  # perspective-correct
                if not is_whole and is_cut(geometry.coords, a, b, c, q1, q2, material, noise):
                    continue
                pixels.nearness[y, x] = nearness
                pixels.triangle[y, x] = triangle
                pixels.corners[y, x, 0] = q1
                pixels.corners[y, x, 1] = q2


@compiled
def is_cut(coords: Floats, a: int, b: int, c: int, second: float, third: float, material: int, noise: Floats) -> bool:
    """Whether there is nothing at this point of a triangle: beyond a hem, between hairs."""
    first = 1 - second - third
    inside = first * coords[a, 3] + second * coords[b, 3] + third * coords[c, 3]
    u = first * coords[a, 0] + second * coords[b, 0] + third * coords[c, 0]
    v = first * coords[a, 1] + second * coords[b, 1] + third * coords[c, 1]
    if material != HAIR:
        return bool(inside < 0.02 * look_up(noise, 0.5 * u, 0.5 * v, CLOUDS))
    w = first * coords[a, 2] + second * coords[b, 2] + third * coords[c, 2]
    layer = coords[a, 4]
    if layer == 0:  # hair that hangs or is tied: whole, but for its ends
        return bool(inside < 0.05 + 0.06 * look_up(noise, 0.5 * (u + 0.6 * w), 0.06 * v, STRANDS))
    clumps = look_up(noise, 0.55 * (u + 0.37 * w), 0.25 * v + 0.45 * w, CLUMPS)
    return bool(inside + 0.09 * clumps < 0 or (layer > 0.3 and clumps < 2.3 * layer - 1.6))
