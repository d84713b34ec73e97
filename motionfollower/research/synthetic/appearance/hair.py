"""Hair: shells of alpha-tested noise over the scalp for short hair, separate meshes for long and tied hair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.patch import Drape, Part, drape
from motionfollower.research.synthetic.appearance.tube import Curve, tube
from motionfollower.research.synthetic.appearance.types import Hair, HairStyle, Hat
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template
from motionfollower.research.synthetic.renderer.types import Material

AnyFloats = NDArray[np.floating[Any]]

OUTSIDE = -9.0
CENTRE = (0.0, 7.35, 0.35)  # centre of the head, in decimetres
HAIRLINE = np.array(
    [(0, 8.02), (0.5, 7.99), (0.8, 7.85), (1.05, 7.55), (1.3, 7.05), (1.62, 7.3), (1.9, 6.75), (2.3, 6.35), (3.15, 6.2)]
)
"""Height of the hairline by the angle from the front in radians, [N, 2]."""

FLAT_LENGTH = 0.010  # metres: distance of combed hair from the scalp
LONG_HAIR_EASE = 0.003  # metres: offset of long hair from its helper mesh
END_SLOPE = 0.3  # slope of the inside field at the ends of long hair: the smaller, the more gradually it thins
TAIL = Curve(
    points=((0, 7.95, -0.55), (0, 8.0, -0.95), (0, 7.7, -1.3), (0, 7.0, -1.38), (0, 6.2, -1.28), (0, 5.5, -1.2)),
    radii=(0.16, 0.2, 0.28, 0.3, 0.22, 0.03),
)
BUN = Curve(
    points=((0, 8.1, -0.4), (0, 8.2, -0.48), (0, 8.33, -0.57), (0, 8.47, -0.66), (0, 8.55, -0.71)),
    radii=(0.14, 0.33, 0.4, 0.3, 0.02),
)


def hairline(x: AnyFloats, z: AnyFloats) -> Doubles:
    """The height of the hairline, in decimetres, in the direction (x, z) of points seen from the head's centre."""
    angle = np.arctan2(np.abs(x), z - CENTRE[2])
    return np.asarray(np.interp(angle, *HAIRLINE.T))


def make_hair(assets: Assets, template: Template, rest: Doubles, hair: Hair, hat: Hat | None) -> list[Part]:
    """Make the parts of the hair: none for a shaved head, flat hair under a hat."""
    if hair.style is HairStyle.SHAVED:
        return []
    if hat is not None:
        hair = _under_a_hat(hair)
    parts = _scalp_parts(assets, template, rest, hair)
    if hair.style in (HairStyle.LONG, HairStyle.BOB):
        parts.append(_long_hair(assets, template, rest, hair))
    elif hair.style is HairStyle.PONYTAIL:
        parts.append(tube(Material.HAIR, template, rest, TAIL))
    elif hair.style is HairStyle.BUN:
        parts.append(tube(Material.HAIR, template, rest, BUN))
    return parts


def _under_a_hat(hair: Hair) -> Hair:
    style = HairStyle.SHORT if hair.style in (HairStyle.AFRO, HairStyle.BUN) else hair.style
    return replace(hair, style=style, length=FLAT_LENGTH)


def scalp_distance(template: Template, lower: float = 0.0) -> Doubles:
    """Height f64 [V] of the vertices above the hairline, `OUTSIDE` off the scalp; `lower` lowers the hairline."""
    x, y, z = template.points.T
    above = np.where((template.head > 0.5) & (y > 5.9), y - hairline(x, z) + lower, OUTSIDE)
    ear = (np.abs(x) > 0.70) & (np.hypot(y - 7.12, z - 0.45) < 0.42)
    return np.where(ear, OUTSIDE, above)


@dataclass(frozen=True)
class _Shells:
    """Shells over the scalp: `layers` of (offset as a fraction of `length` metres, sparsity in (0, 1]).

    `side_length` is the length at the sides as a fraction of the length at the crown.
    """

    layers: tuple[tuple[float, float], ...]
    length: float
    side_length: float


def _make_shells(hair: Hair) -> _Shells:
    if hair.style is HairStyle.AFRO:
        return _Shells(((0.5, 0.3), (0.86, 0.3), (0.9, 0.55), (0.94, 0.7), (0.97, 0.85), (1.0, 1.0)), hair.length, 0.85)
    if hair.style is HairStyle.SHORT:
        return _Shells(tuple((index / 6, index / 6) for index in range(1, 7)), hair.length, 0.5)
    return _Shells(tuple((index / 4, index / 4) for index in range(1, 5)), FLAT_LENGTH, 0.5)


def _scalp_parts(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> list[Part]:
    """The shells of a style, shorter toward the hairline."""
    inside, shells = scalp_distance(template, hair.hairline), _make_shells(hair)
    quads = _head_quads(assets, template, inside)
    crown = np.clip(template.points[:, 1] - 7.4, 0, 1)
    side = shells.side_length
    length = shells.length * np.clip(0.3 + inside / 0.9, 0.3, 1) * (side + (1 - side) * crown)
    return [
        drape(
            Material.HAIR,
            template,
            rest,
            quads,
            Drape(inside - 0.05 * sparsity, 0.003 + offset * length, rounds=1 + round(2 * offset)),
            sparsity,
        )
        for offset, sparsity in shells.layers
    ]


def _head_quads(assets: Assets, template: Template, inside: Doubles) -> np.ndarray:
    quads = assets.mesh.quads["body"]
    return quads[(inside[quads] > -1.2).all(axis=1) & (template.head[quads] > 0.3).all(axis=1)]


def _long_hair(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> Part:
    """Long hair with an opening for the face."""
    y = template.points[:, 1]
    inside = np.where(y > 0, END_SLOPE * (y - hair.end), OUTSIDE)
    quads = assets.mesh.quads["helper-hair"]
    style = Drape(inside, np.full_like(y, LONG_HAIR_EASE), rounds=1, splits=2)
    part = drape(Material.HAIR, template, rest, quads, style)
    opened = np.minimum(part.inside, _face_opening(part, hair))
    return replace(part, inside=np.where(part.coords[:, 2] > 0.35, opened, part.inside))


def _face_opening(part: Part, hair: Hair) -> Doubles:
    """Signed distance of points from the face opening: an ellipse, narrower toward the parting, open below."""
    x, y, _ = part.coords.T
    across = (x - hair.parting * np.clip(y - 6.9, 0, 2)) / 0.80
    ellipse = np.hypot(across, (y - 6.75) / 1.33) - 1
    return np.asarray(3.2 * np.where(y < 6.75, np.abs(x) / 0.80 - 1, ellipse))
