"""Shadow mapping: depth as seen from the sun, and the fraction of sunlight that reaches a point."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Doubles, Floats, Geometry, Material, ShadowMap
from motionfollower.research.synthetic.renderer.vectors import Vector, rotate, row, subtract

SIZE = 512  # pixels a side
REACH = 2.8  # metres that the map spans
EYE = int(Material.EYE)
FAR = 1e9
OUTERMOST = 0.99  # hair layers below this value lie under another layer


def sun_rotation(direction: Doubles) -> Doubles:
    """The rotation from the world to the sun's view, f64 [3, 3]; rows: right, up, away from the sun."""
    ahead = -direction / np.linalg.norm(direction)
    right = np.cross([0.0, 1.0, 0.0], ahead)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])


@compiled
def fill_shadow_map(geometry: Geometry, shadow: ShadowMap) -> None:
    """Rasterise the triangles' depths into `shadow.depth`; without alpha test, of hair only the outermost layer."""
    shadow.depth[:] = FAR
    for triangle in range(geometry.triangles.shape[0]):
        a, b, c = geometry.triangles[triangle]
        if geometry.materials[triangle] == EYE or 0 < geometry.coords[a, 4] < OUTERMOST:
            continue
        if min(geometry.coords[a, 3], geometry.coords[b, 3], geometry.coords[c, 3]) < 0:
            continue
        _fill(
            shadow.depth,
            to_shadow_map(shadow, row(geometry.points, a)),
            to_shadow_map(shadow, row(geometry.points, b)),
            to_shadow_map(shadow, row(geometry.points, c)),
        )


@compiled
def to_shadow_map(shadow: ShadowMap, point: Vector) -> Vector:
    """Project a world point into the map: x, y in pixels, depth in metres."""
    centre = (shadow.centre[0], shadow.centre[1], shadow.centre[2])
    x, y, z = rotate(shadow.rotation, subtract(point, centre))
    return x * shadow.scale + SIZE / 2, y * shadow.scale + SIZE / 2, z


@compiled
def _fill(depth: Floats, a: Vector, b: Vector, c: Vector) -> None:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    if abs(area) < 1e-6:
        return
    left = max(int(np.ceil(min(a[0], b[0], c[0]) - 0.5)), 0)
    right = min(int(np.floor(max(a[0], b[0], c[0]) - 0.5)), SIZE - 1)
    top = max(int(np.ceil(min(a[1], b[1], c[1]) - 0.5)), 0)
    bottom = min(int(np.floor(max(a[1], b[1], c[1]) - 0.5)), SIZE - 1)
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            px, py = x + 0.5 - a[0], y + 0.5 - a[1]
            second = (px * (c[1] - a[1]) - (c[0] - a[0]) * py) / area
            third = ((b[0] - a[0]) * py - px * (b[1] - a[1])) / area
            if second >= 0 and third >= 0 and second + third <= 1:
                z = a[2] + second * (b[2] - a[2]) + third * (c[2] - a[2])
                depth[y, x] = min(depth[y, x], z)


@compiled
def sun_visibility(shadow: ShadowMap, point: Vector, bias: float, spread: float) -> float:
    """The fraction of sunlight that reaches a point, by 3 × 3 lookups `spread` pixels apart (PCF)."""
    x, y, z = to_shadow_map(shadow, point)
    lit = 0
    for down in range(-1, 2):
        for across in range(-1, 2):
            i, j = int(y + down * spread), int(x + across * spread)
            if i < 0 or j < 0 or i >= SIZE or j >= SIZE or shadow.depth[i, j] > z - bias:
                lit += 1
    return lit / 9
