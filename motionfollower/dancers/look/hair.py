"""Hair: layers of noise over the scalp for what is short, meshes of their own for what hangs or is tied."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionfollower.dancers.assets.types import Assets, Doubles
from motionfollower.dancers.body.template import Template
from motionfollower.dancers.look.patch import Drape, Part, drape
from motionfollower.dancers.look.tube import Curve, tube
from motionfollower.dancers.look.types import Hair, HairStyle, Hat, Material

NOT_HAIR = -9.0
CENTRE = (0.0, 7.35, 0.35)  # of the head, in decimetres
HAIRLINE = np.array(
    [(0, 8.02), (0.5, 7.99), (0.8, 7.85), (1.05, 7.55), (1.3, 7.05), (1.62, 7.3), (1.9, 6.75), (2.3, 6.35), (3.15, 6.2)]
)
"""Its height by the angle from the front: high over the face, down before the ears, low at the nape."""

LAYERS = {HairStyle.SHORT: 6, HairStyle.AFRO: 7, HairStyle.LONG: 3, HairStyle.BOB: 3}
TIED = 4  # layers of hair that is combed back
FLAT = 0.010  # metres: how far combed hair stands off
TAIL = Curve(
    points=((0, 7.95, -0.55), (0, 8.0, -0.95), (0, 7.7, -1.3), (0, 7.0, -1.38), (0, 6.2, -1.28), (0, 5.5, -1.2)),
    radii=(0.16, 0.2, 0.28, 0.3, 0.22, 0.03),
)
BUN = Curve(
    points=((0, 8.1, -0.4), (0, 8.2, -0.48), (0, 8.33, -0.57), (0, 8.47, -0.66), (0, 8.55, -0.71)),
    radii=(0.14, 0.33, 0.4, 0.3, 0.02),
)


def hairline(x: Doubles, z: Doubles) -> Doubles:
    """The height of the hairline in the direction of a point from the head's middle, in decimetres."""
    angle = np.arctan2(np.abs(x), z - CENTRE[2])
    return np.asarray(np.interp(angle, *HAIRLINE.T))


def make_hair(assets: Assets, template: Template, rest: Doubles, hair: Hair, hat: Hat | None) -> list[Part]:
    """The hair's parts, none for a shaved head; under a hat it lies flat."""
    if hair.style is HairStyle.SHAVED:
        return []
    if hat is not None:
        hair = _under_a_hat(hair)
    parts = _layers(assets, template, rest, hair)
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


def _layers(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> list[Part]:
    """Shells over the scalp, the outer ones with more gaps."""
    inside = scalp(template, hair.hairline)
    length = hair.length if hair.style in (HairStyle.SHORT, HairStyle.AFRO) else FLAT
    height = np.clip(template.points[:, 1] - 7.4, 0, 1)
    even = hair.style is HairStyle.AFRO
    profile = 0.8 + 0.2 * height if even else 0.45 + 0.55 * height
    count = LAYERS.get(hair.style, TIED)
    return [
        drape(
            Material.HAIR,
            template,
            rest,
            _head_quads(assets, template, inside),
            Drape(inside - 0.05 * layer, 0.003 + length * layer * profile, rounds=1 + round(2 * layer), splits=1),
            layer,
        )
        for layer in np.arange(1, count + 1) / count
    ]


def _head_quads(assets: Assets, template: Template, inside: Doubles) -> np.ndarray:
    quads = assets.mesh.quads["body"]
    return quads[(inside[quads] > -1.2).all(axis=1) & (template.head[quads] > 0.3).all(axis=1)]


def _hanging(assets: Assets, template: Template, rest: Doubles, hair: Hair) -> Part:
    """Hair down to the shoulders or beyond, with a window for the face."""
    y = template.points[:, 1]
    inside = np.where(y > 0, y - hair.end, NOT_HAIR)
    part = drape(
        Material.HAIR, template, rest, assets.mesh.quads["helper-hair"], Drape(inside, -0.004 + 0 * y, 1, splits=2)
    )
    return replace(part, inside=np.where(part.coords[:, 2] > 0.35, np.minimum(part.inside, _window(part, hair)), part.inside))


def _window(part: Part, hair: Hair) -> Doubles:
    """How far outside the face each point is: an ellipse that narrows to the parting, open below."""
    x, y, _ = part.coords.T
    across = (x - hair.parting * np.clip(y - 6.9, 0, 2)) / 0.80
    ellipse = np.hypot(across, (y - 6.75) / 1.33) - 1
    return np.asarray(3.2 * np.where(y < 6.75, np.abs(x) / 0.80 - 1, ellipse))
