"""Tubes along a curve on the head: a ponytail, a bun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.appearance.patch import BONES_A_POINT, Part, normals_of, strongest_bones
from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.body.morph import METRES
from motionfollower.research.synthetic.body.template import Template

AROUND = 12  # points around a tube
FINE = 4  # rings between two points of the curve
FULL = 2.0  # decimetres: surely inside


@dataclass(frozen=True)
class Curve:
    """Points from the head outward and the tube's radius at each, in the base mesh's decimetres."""

    points: tuple[tuple[float, float, float], ...]
    radii: tuple[float, ...]


def tube(material: Material, template: Template, rest: Doubles, curve: Curve) -> Part:
    """The tube on one person's head, which it follows stiffly; its coords run along it in y."""
    anchor = int(np.linalg.norm(template.points - curve.points[0], axis=1).argmin())
    at = np.linspace(0, len(curve.radii) - 1, FINE * (len(curve.radii) - 1) + 1)
    spine = np.stack([np.interp(at, range(len(curve.radii)), axis) for axis in np.array(curve.points).T], axis=1)
    template_points = _rings(spine, np.interp(at, range(len(curve.radii)), curve.radii))
    points = rest[anchor] + METRES * (template_points - template.points[anchor])
    quads = _quads(len(at))
    bones, weights = strongest_bones(template.weights[[anchor]])
    return Part(
        material=material,
        points=points,
        normals=normals_of(points, quads),
        coords=template_points,
        inside=np.full(len(points), FULL),
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
    angles = 2 * np.pi * np.arange(AROUND) / AROUND
    circle = np.cos(angles)[None, :, None] * across + np.sin(angles)[None, :, None] * outward[:, None]
    return np.asarray((spine[:, None] + radii[:, None, None] * circle).reshape(-1, 3))


def _quads(rings: int) -> np.ndarray:
    ring, step = np.meshgrid(np.arange(rings - 1), np.arange(AROUND), indexing="ij")
    corner, beside = ring * AROUND + step, ring * AROUND + (step + 1) % AROUND
    quads = np.stack([corner, beside, beside + AROUND, corner + AROUND], axis=-1)
    return quads.reshape(-1, 4).astype(np.int32)
