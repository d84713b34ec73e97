"""The surface point that a pixel shows: interpolated attributes, tangents, bump mapping."""

from typing import NamedTuple

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats, Geometry, View
from motionfollower.research.synthetic.renderer.vectors import Vector, add, dot, row, scale, subtract, unit


class SurfacePoint(NamedTuple):
    """Position, normal and direction to the eye in the world; texture coordinates, outline distance, hair layer."""

    position: Vector
    normal: Vector
    to_eye: Vector
    coords: Vector
    inside: float
    layer: float


@compiled
def surface_point(geometry: Geometry, view: View, triangle: int, second: float, third: float) -> SurfacePoint:
    """Interpolate a triangle at the barycentric coordinates of its second and third corner."""
    a, b, c = geometry.triangles[triangle]
    position = interpolate(geometry.points, a, b, c, second, third)
    eye = (view.eye[0], view.eye[1], view.eye[2])
    first = 1 - second - third
    inside = first * geometry.coords[a, 3] + second * geometry.coords[b, 3] + third * geometry.coords[c, 3]
    return SurfacePoint(
        position,
        unit(interpolate(geometry.normals, a, b, c, second, third)),
        unit(subtract(eye, position)),
        interpolate(geometry.coords, a, b, c, second, third),
        inside,
        np.float64(geometry.coords[a, 4]),
    )


@compiled
def interpolate(table: Floats, a: int, b: int, c: int, second: float, third: float) -> Vector:
    """Interpolate three rows of a table by barycentric coordinates."""
    corners = add(scale(row(table, b), second), scale(row(table, c), third))
    return add(scale(row(table, a), 1 - second - third), corners)


@compiled
def tangents(geometry: Geometry, triangle: int) -> tuple[Vector, Vector]:
    """World directions in which the first and the second texture coordinate increase along a triangle."""
    a, b, c = geometry.triangles[triangle]
    one = subtract(row(geometry.points, b), row(geometry.points, a))
    two = subtract(row(geometry.points, c), row(geometry.points, a))
    u1, v1 = geometry.coords[b, 0] - geometry.coords[a, 0], geometry.coords[b, 1] - geometry.coords[a, 1]
    u2, v2 = geometry.coords[c, 0] - geometry.coords[a, 0], geometry.coords[c, 1] - geometry.coords[a, 1]
    area = u1 * v2 - u2 * v1
    if abs(area) < 1e-10:
        return (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    sign = np.sign(area)
    along_u = unit(scale(subtract(scale(one, v2), scale(two, v1)), sign))
    along_v = unit(scale(subtract(scale(two, u1), scale(one, u2)), sign))
    return along_u, along_v


@compiled
def bump(normal: Vector, along_u: Vector, along_v: Vector, slope_u: float, slope_v: float) -> Vector:
    """The normal of a surface with these height slopes along the tangents, not normalised."""
    return subtract(normal, add(scale(along_u, slope_u), scale(along_v, slope_v)))


@compiled
def faces_camera(normal: Vector, to_eye: Vector) -> bool:
    """Whether the surface's outside faces the camera, up to a small tolerance."""
    return dot(normal, to_eye) >= -0.05
