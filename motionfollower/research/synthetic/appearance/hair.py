"""Hair: layers of noise over the scalp for what is short, meshes of their own for what hangs or is tied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.patch import Drape, Part, drape
from motionfollower.research.synthetic.appearance.tube import Curve, tube
from motionfollower.research.synthetic.appearance.types import Hair, HairStyle, Hat, Material
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template

AnyFloats = NDArray[np.floating[Any]]

NOT_HAIR = -9.0
CENTRE = (0.0, 7.35, 0.35)  # of the head, in decimetres
HAIRLINE = np.array(
    [(0, 8.02), (0.5, 7.99), (0.8, 7.85), (1.05, 7.55), (1.3, 7.05), (1.62, 7.3), (1.9, 6.75), (2.3, 6.35), (3.15, 6.2)]
)
"""Its height by the angle from the front: high over the face, down before the ears, low at the nape."""

FLAT = 0.010  # metres: how far combed hair stands off
FULL = 0.003  # metres that hanging hair is farther from the head than its helper mesh
ENDS = 0.3  # how slowly hanging hair thins out at its ends
TAIL = Curve(
    points=((0, 7.95, -0.55), (0, 8.0, -0.95), (0, 7.7, -1.3), (0, 7.0, -1.38), (0, 6.2, -1.28), (0, 5.5, -1.2)),
    radii=(0.16, 0.2, 0.28, 0.3, 0.22, 0.03),
)
BUN = Curve(
    points=((0, 8.1, -0.4), (0, 8.2, -0.48), (0, 8.33, -0.57), (0, 8.47, -0.66), (0, 8.55, -0.71)),
    radii=(0.14, 0.33, 0.4, 0.3, 0.02),
)


def hairline(x: AnyFloats, z: AnyFloats) -> Doubles:
    """The height of the hairline in the direction of a point from the head's middle, in decimetres."""
    angle = np.arctan2(np.abs(x), z - CENTRE[2])
    return np.asarray(np.interp(angle, *HAIRLINE.T))


def make_hair(assets: Assets, template: Template, rest: Doubles, hair: Hair, hat: Hat | None) -> list[Part]:
    """The hair's parts, none for a shaved head; under a hat it lies flat."""
    if hair.style is HairStyle.SHAVED:
        return []
    if hat is not None:
        hair = _under_a_hat(hair)
    parts = _shells(assets, template, rest, hair)
    if hair.style in (HairStyle.LONG, HairStyle.BOB):
        parts.append(_hanging(assets, template, rest, hair))
    elif hair.style is HairStyle.PONYTAIL:
        parts.append(tube(Material.HAIR, template, rest, TAIL))
    elif hair.style is HairStyle.BUN:
        parts.append(tube(Material.HAIR, template, rest, BUN))
    return parts


def _under_a_hat(hair: Hair) -> Hair:
    style = HairStyle.SHORT if hair.style in (HairStyle.AFRO, HairStyle.BUN) else hair.style
    return replace(hair, style=style, length=FLAT)


def scalp(template: Template, lower: float = 0.0) -> Doubles:
    """How far above the hairline each vertex is, without the ears; `lower` brings the line down."""
    x, y, z = template.points.T
    above = np.where((template.head > 0.5) & (y > 5.9), y - hairline(x, z) + lower, NOT_HAIR)
    ear = (np.abs(x) > 0.70) & (np.hypot(y - 7.12, z - 0.45) < 0.42)
    return np.where(ear, NOT_HAIR, above)


@dataclass(frozen=True)
class _Coat:
    """Shells over the scalp: how far each stands off, as a share of `length` metres, and how sparse it is, in (0, 1].

    `even` is what hair has of its length where the crown's is whole.
    """

    shells: tuple[tuple[float, float], ...]
    length: float
    even: float


def _coat(hair: Hair) -> _Coat:
    if hair.style is HairStyle.AFRO:
        return _Coat(((0.5, 0.3), (0.86, 0.3), (0.9, 0.55), (0.94, 0.7), (0.97, 0.85), (1.0, 1.0)), hair.length, 0.85)
    if hair.style is HairStyle.SHORT:
        return _Coat(tuple((share / 6, share / 6) for share in range(1, 7)), hair.length, 0.5)
    return _Coat(tuple((share / 4, share / 4) for share in range(1, 5)), FLAT, 0.5)


def _shells(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> list[Part]:
    """The coat of a style, shorter toward the hairline."""
    inside, coat = scalp(template, hair.hairline), _coat(hair)
    quads = _head_quads(assets, template, inside)
    crown = np.clip(template.points[:, 1] - 7.4, 0, 1)
    length = coat.length * np.clip(0.3 + inside / 0.9, 0.3, 1) * (coat.even + (1 - coat.even) * crown)
    return [
        drape(
            Material.HAIR,
            template,
            rest,
            quads,
            Drape(inside - 0.05 * sparse, 0.003 + away * length, rounds=1 + round(2 * away)),
            sparse,
        )
        for away, sparse in coat.shells
    ]


def _head_quads(assets: Assets, template: Template, inside: Doubles) -> np.ndarray:
    quads = assets.mesh.quads["body"]
    return quads[(inside[quads] > -1.2).all(axis=1) & (template.head[quads] > 0.3).all(axis=1)]


def _hanging(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> Part:
    """Hair down to the shoulders or beyond, with a window for the face."""
    y = template.points[:, 1]
    inside = np.where(y > 0, ENDS * (y - hair.end), NOT_HAIR)
    quads = assets.mesh.quads["helper-hair"]
    part = drape(Material.HAIR, template, rest, quads, Drape(inside, np.full_like(y, FULL), rounds=1, splits=2))
    framed = np.minimum(part.inside, _window(part, hair))
    return replace(part, inside=np.where(part.coords[:, 2] > 0.35, framed, part.inside))


def _window(part: Part, hair: Hair) -> Doubles:
    """How far outside the face each point is: an ellipse that narrows to the parting, open below."""
    x, y, _ = part.coords.T
    across = (x - hair.parting * np.clip(y - 6.9, 0, 2)) / 0.80
    ellipse = np.hypot(across, (y - 6.75) / 1.33) - 1
    return np.asarray(3.2 * np.where(y < 6.75, np.abs(x) / 0.80 - 1, ellipse))
