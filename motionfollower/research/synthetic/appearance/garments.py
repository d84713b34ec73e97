"""Beanies, and caps with a peak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from motionfollower.research.synthetic.appearance.patch import Drape, Part, drape, normals_of
from motionfollower.research.synthetic.appearance.types import (
    Appearance,
    Hat,
    Jacket,
    Material,
    Shoes,
    Skirt,
    Top,
    Trousers,
)
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template

EASE = 0.020  # metres: over hair that lies flat
PEAK_BAND = 0.16  # decimetres above the rim that are drawn out to the peak
PEAK_LENGTH = 0.075  # metres
PEAK_WIDTH = 0.95  # radians from the front to its end


def make_hat(assets: Assets, template: Template, rest: Doubles, hat: Hat) -> Part:
    """The hat's one part."""
    _, y, z = template.points.T
    tilt = 0.0 if hat.peak else 0.22 * np.clip(-z, -0.5, 1.2)  # beanies sit lower behind
    inside = np.where(template.head > 0.5, y - hat.rim + tilt, -9.0)
    quads = assets.mesh.quads["body"]
    quads = quads[(inside[quads] > -0.6).all(axis=1) & (template.head[quads] > 0.5).all(axis=1)]
    part = drape(Material.HAT, template, rest, quads, Drape(inside, EASE + 0 * y, rounds=6, splits=2))
    return _draw_peak(part, hat) if hat.peak else part


def _draw_peak(part: Part, hat: Hat) -> Part:
    """Pull the front of the rim forward."""
    x, y, z = part.coords.T
    angle = np.abs(np.arctan2(x, z - 0.2))
    front = np.cos(np.clip(angle / PEAK_WIDTH, 0, 1) * np.pi / 2) ** 0.6
    pull = front * np.clip(1 - np.abs(y - hat.rim) / PEAK_BAND, 0, 1)
    direction = np.stack([np.sin(angle) * np.sign(x) * 0.3, np.full_like(x, -0.25), np.ones_like(x)], axis=1)
    points = part.points + PEAK_LENGTH * pull[:, None] * direction
    return replace(part, points=points, normals=normals_of(points, part.quads))


FAR = 9.0  # decimetres: surely inside
HIDES = 0.45  # decimetres inside a garment, skin is never seen
ARMHOLE = 1.62  # decimetres from the middle: where a top without sleeves ends
COLLAR = 6.05  # the height of the highest top's edge at the neck
NECK, NECK_WIDTH = (0.0, 6.15, 0.15), 0.45  # where a neckline has its middle, and its least radius
COLLAR_WIDTH = 0.35  # of a jacket's opening, at its hem
SOLE = 0.016  # metres below the foot
OVER = 0.014  # metres: how far a top hangs over what is worn below
SHORTS = -2.0  # worn under a skirt


def make_garments(assets: Assets, template: Template, rest: Doubles, look: Appearance) -> tuple[list[Part], np.ndarray]:
    """The clothes of a look over a body `rest` f64 [V, 3], and which vertices they hide, bool [V]."""
    parts: list[Part] = []
    hidden = np.zeros(len(rest), bool)
    tights, skirt = assets.mesh.quads["helper-tights"], assets.mesh.quads["helper-skirt"]
    for material, how in _drapes(template, look):
        parts.append(drape(material, template, rest, tights, how))
        hidden |= how.inside > HIDES
    if isinstance(look.bottom, Skirt):
        parts.append(drape(Material.BOTTOM, template, rest, skirt, _skirt(template, look.bottom)))
    shoes = _shoes(template, look.shoes)
    parts.append(_flatten(drape(Material.SHOES, template, rest, _feet(template, tights), shoes)))
    hidden |= (shoes.inside > 0.3) & (template.foot > 0.05)
    return parts, hidden


def _drapes(template: Template, look: Appearance) -> Iterator[tuple[Material, Drape]]:
    """What is worn on the tights, from the skin outward."""
    if isinstance(look.bottom, Skirt):
        yield Material.BOTTOM, _trousers(template, Trousers(look.bottom.cloth, 1.6, SHORTS, ease=0.0))
    else:
        yield Material.BOTTOM, _trousers(template, look.bottom)
    yield Material.TOP, _top(template, look.top)
    if look.jacket is not None:
        yield Material.JACKET, _jacket(template, look.jacket)


def _top(template: Template, top: Top) -> Drape:
    y = template.points[:, 1]
    trunk = np.minimum(y - top.hem, _outside_neckline(template, top.neckline))
    belly = np.clip((4.2 - y) / 3, 0, 1) * (template.arm < 0.3)
    sleeves = np.clip(template.along_arm, 0, 1) * (template.arm > 0.3)
    ease = 0.010 + top.ease * (0.25 + 0.75 * np.maximum(belly, sleeves))
    ease = np.where((y > 5.2) & (template.arm < 0.3), 0.008, ease) + OVER * np.clip((2.8 - y) / 0.6, 0, 1)
    return Drape(_with_sleeves(template, trunk, top.sleeve), ease, rounds=2 + round(120 * top.ease))


def _outside_neckline(template: Template, depth: float) -> Doubles:
    """How far from a capsule around the neck that leans out of the chest, so that it meets cloth at steep angles."""
    start, end = np.array(NECK), np.array([0.0, NECK[1] - 0.5 * depth, 1.5])
    way = end - start
    along = np.clip((template.points - start) @ way / (way @ way), 0, 1)
    distance = np.linalg.norm(template.points - start - along[:, None] * way, axis=1)
    return np.asarray(np.minimum(distance - NECK_WIDTH - 0.3 * depth, COLLAR - template.points[:, 1]))


def _jacket(template: Template, jacket: Jacket) -> Drape:
    x, y, z = template.points.T
    trunk = np.minimum(y - jacket.hem, 6.05 - y)
    opening = np.abs(x) - COLLAR_WIDTH - 0.1 * np.clip(y - 2, 0, 4)
    trunk = np.where((z > 0.2) & (template.arm < 0.3), np.minimum(trunk, opening), trunk)
    sleeves = np.clip(template.along_arm, 0, 1) * (template.arm > 0.3)
    ease = 0.022 + jacket.ease * np.maximum(0.5, sleeves)
    return Drape(_with_sleeves(template, trunk, jacket.sleeve), ease, rounds=4)


def _with_sleeves(template: Template, trunk: Doubles, sleeve: float) -> Doubles:
    """The field of a trunk, with sleeves that end somewhere along the arms or with armholes."""
    if sleeve < 0:
        armhole = ARMHOLE - np.abs(template.points[:, 0])
        near_arm = (template.points[:, 1] > 2.5) | (template.arm > 0)
        return np.where(near_arm, np.minimum(trunk, armhole), trunk)
    cuff = 2.2 * (sleeve - template.along_arm)
    return np.where(template.arm > 0.03, np.minimum(cuff, np.where(template.arm > 0.35, FAR, trunk)), trunk)


def _trousers(template: Template, trousers: Trousers) -> Drape:
    y = template.points[:, 1]
    inside = np.where(template.arm > 0.3, -FAR, np.minimum(trousers.waist - y, y - trousers.end))
    leg = np.clip((-1 - y) / 6, 0, 1)
    ease = 0.008 + trousers.ease * (0.35 + 0.65 * leg) + trousers.flare * np.clip((-4.5 - y) / 3, 0, 1)
    return Drape(inside, ease + 0.014 * (template.foot > 0.3), rounds=2 + round(100 * trousers.ease))


def _skirt(template: Template, skirt: Skirt) -> Drape:
    y = template.points[:, 1]
    ease = 0.012 + skirt.flare * np.clip((1.2 - y) / 4, 0, 1)
    return Drape(np.minimum(skirt.waist - y, y - skirt.end), ease, rounds=1)


def _shoes(template: Template, shoes: Shoes) -> Drape:
    _, y, z = template.points.T
    inside = shoes.top - y + 0.55 * np.clip(z - 0.6, 0, 1)
    return Drape(inside, 0.010 + 0.010 * (y < -7.9), rounds=2, splits=2)


def _feet(template: Template, quads: np.ndarray) -> np.ndarray:
    return np.asarray(quads[(template.points[quads, 1] < -6).all(axis=1)])


def _flatten(shoes: Part) -> Part:
    """Give shoes a flat sole."""
    points = shoes.points.copy()
    lowest = points[:, 1].min()
    under = points[:, 1] < lowest + 2 * SOLE
    points[under, 1] = lowest
    return replace(shoes, points=points, normals=normals_of(points, shoes.quads))
