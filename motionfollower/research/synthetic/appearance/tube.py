"""Tubes along a curve on the head: ponytails and buns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.appearance.patch import BONES_A_POINT, Part, normals_of, strongest_bones
from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.body.morph import METRES
from motionfollower.research.synthetic.body.template import Template
from motionfollower.research.synthetic.renderer.types import Material

POINTS_PER_RING = 12
RINGS_PER_SEGMENT = 4  # between two points of the curve
INSIDE = 2.0  # decimetres: well inside the outline


@dataclass(frozen=True)
class Curve:
    """Points from the head outward and the tube's radius at each, in decimetres of the base mesh."""

    points: tuple[tuple[float, float, float], ...]
    radii: tuple[float, ...]


def tube(material: Material, template: Template, rest: Doubles, curve: Curve) -> Part:
    """A tube attached rigidly to the head of a body `rest` f64 [V, 3]."""
    anchor = int(np.linalg.norm(template.points - curve.points[0], axis=1).argmin())
    parameter = np.linspace(0, len(curve.radii) - 1, RINGS_PER_SEGMENT * (len(curve.radii) - 1) + 1)
    spine = np.stack([np.interp(parameter, range(len(curve.radii)), axis) for axis in np.array(curve.points).T], axis=1)
    template_points = _rings(spine, np.interp(parameter, range(len(curve.radii)), curve.radii))
    points = rest[anchor] + METRES * (template_points - template.points[anchor])
    quads = _quads(len(parameter))
    bones, weights = strongest_bones(template.weights[[anchor]])
    return Part(
        material=material,
        points=points,
        normals=normals_of(points, quads),
        coords=template_points,
        inside=np.full(len(points), INSIDE),
        quads=quads,
        bones=np.broadcast_to(bones, (len(points), BONES_A_POINT)),
        weights=np.broadcast_to(weights, (len(points), BONES_A_POINT)),
    )


def _rings(spine: Doubles, radii: Doubles) -> Doubles:
    """Circles around the points of a curve in the plane x = 0."""
    along = np.gradient(spine, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.array([1.0, 0.0, 0.0])
    outward = np.cross(along, across)
    angles = 2 * np.pi * np.arange(POINTS_PER_RING) / POINTS_PER_RING
    circle = np.cos(angles)[None, :, None] * across + np.sin(angles)[None, :, None] * outward[:, None]
    return np.asarray((spine[:, None] + radii[:, None, None] * circle).reshape(-1, 3))


def _quads(rings: int) -> np.ndarray:
    ring, step = np.meshgrid(np.arange(rings - 1), np.arange(POINTS_PER_RING), indexing="ij")
    corner, neighbour = ring * POINTS_PER_RING + step, ring * POINTS_PER_RING + (step + 1) % POINTS_PER_RING
    quads = np.stack([corner, neighbour, neighbour + POINTS_PER_RING, corner + POINTS_PER_RING], axis=-1)
    return quads.reshape(-1, 4).astype(np.int32)
