"""Garments draped over the body: tops, trousers, skirts, jackets, shoes, beanies and caps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from motionfollower.research.synthetic.appearance.patch import Drape, Part, drape, normals_of
from motionfollower.research.synthetic.appearance.types import Appearance, Hat, Jacket, Shoes, Skirt, Top, Trousers
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template
from motionfollower.research.synthetic.renderer.types import Material

HAT_EASE = 0.020  # metres: over flat hair
PEAK_BAND = 0.16  # decimetres: height of the band around the rim that forms the peak
PEAK_LENGTH = 0.075  # metres
PEAK_WIDTH = 0.95  # radians from the front to its end
INSIDE = 9.0  # decimetres: well inside the outline
HIDING_DEPTH = 0.45  # decimetres inside a garment from which skin is never visible
ARMHOLE = 1.62  # decimetres from the body's centre: outline of a sleeveless top
COLLAR = 6.05  # greatest height of a top's edge at the neck
NECK, NECK_WIDTH = (0.0, 6.15, 0.15), 0.45  # centre of a neckline and its minimum radius
COLLAR_WIDTH = 0.35  # decimetres: half width of a jacket's opening at the hem
SOLE = 0.016  # metres
TOP_OVERHANG = 0.014  # metres: additional ease of a top over the garment below
SHORTS_END = -2.0  # height at which the shorts under a skirt end


def make_garments(
    assets: Assets, template: Template, rest: Doubles, appearance: Appearance
) -> tuple[list[Part], np.ndarray]:
    """Make the clothes over a body `rest` f64 [V, 3]; the parts, and the vertices that they hide, bool [V]."""
    parts: list[Part] = []
    is_hidden = np.zeros(len(rest), bool)
    tights, skirt = assets.mesh.quads["helper-tights"], assets.mesh.quads["helper-skirt"]
    for material, style in _drapes(template, appearance):
        parts.append(drape(material, template, rest, tights, style))
        is_hidden |= style.inside > HIDING_DEPTH
    if isinstance(appearance.bottom, Skirt):
        parts.append(drape(Material.BOTTOM, template, rest, skirt, _skirt(template, appearance.bottom)))
    shoes = _shoes(template, appearance.shoes)
    parts.append(_flatten_soles(drape(Material.SHOES, template, rest, _feet(template, tights), shoes)))
    is_hidden |= (shoes.inside > 0.3) & (template.foot > 0.05)
    return parts, is_hidden


def _drapes(template: Template, appearance: Appearance) -> Iterator[tuple[Material, Drape]]:
    """The garments draped over the tights helper mesh, from the innermost outward."""
    if isinstance(appearance.bottom, Skirt):
        yield Material.BOTTOM, _trousers(template, Trousers(appearance.bottom.cloth, 1.6, SHORTS_END, ease=0.0))
    else:
        yield Material.BOTTOM, _trousers(template, appearance.bottom)
    yield Material.TOP, _top(template, appearance.top)
    if appearance.jacket is not None:
        yield Material.JACKET, _jacket(template, appearance.jacket)


def _top(template: Template, top: Top) -> Drape:
    y = template.points[:, 1]
    trunk = np.minimum(y - top.hem, _neckline_distance(template, top.neckline))
    belly = np.clip((4.2 - y) / 3, 0, 1) * (template.arm < 0.3)
    sleeves = np.clip(template.along_arm, 0, 1) * (template.arm > 0.3)
    ease = 0.010 + top.ease * (0.25 + 0.75 * np.maximum(belly, sleeves))
    ease = np.where((y > 5.2) & (template.arm < 0.3), 0.008, ease) + TOP_OVERHANG * np.clip((2.8 - y) / 0.6, 0, 1)
    return Drape(_with_sleeves(template, trunk, top.sleeve), ease, rounds=2 + round(120 * top.ease))


def _neckline_distance(template: Template, depth: float) -> Doubles:
    """Signed distance to a capsule around the neck that leans out of the chest, to cut the cloth at steep angles."""
    start, end = np.array(NECK), np.array([0.0, NECK[1] - 0.5 * depth, 1.5])
    axis = end - start
    along = np.clip((template.points - start) @ axis / (axis @ axis), 0, 1)
    distance = np.linalg.norm(template.points - start - along[:, None] * axis, axis=1)
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
    """Extend a trunk's inside field by sleeves up to the parameter `sleeve` of the arm, or by armholes."""
    if sleeve < 0:
        armhole = ARMHOLE - np.abs(template.points[:, 0])
        near_arm = (template.points[:, 1] > 2.5) | (template.arm > 0)
        return np.where(near_arm, np.minimum(trunk, armhole), trunk)
    cuff = 2.2 * (sleeve - template.along_arm)
    return np.where(template.arm > 0.03, np.minimum(cuff, np.where(template.arm > 0.35, INSIDE, trunk)), trunk)


def _trousers(template: Template, trousers: Trousers) -> Drape:
    y = template.points[:, 1]
    inside = np.where(template.arm > 0.3, -INSIDE, np.minimum(trousers.waist - y, y - trousers.end))
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


def _flatten_soles(shoes: Part) -> Part:
    """Flatten the soles of shoes."""
    points = shoes.points.copy()
    lowest = points[:, 1].min()
    under = points[:, 1] < lowest + 2 * SOLE
    points[under, 1] = lowest
    return replace(shoes, points=points, normals=normals_of(points, shoes.quads))


def make_hat(assets: Assets, template: Template, rest: Doubles, hat: Hat) -> Part:
    """Make a beanie or a cap over the body `rest` f64 [V, 3]."""
    _, y, z = template.points.T
    tilt = 0.0 if hat.peak else 0.22 * np.clip(-z, -0.5, 1.2)  # beanies sit lower at the back
    inside = np.where(template.head > 0.5, y - hat.rim + tilt, -9.0)
    quads = assets.mesh.quads["body"]
    quads = quads[(inside[quads] > -0.6).all(axis=1) & (template.head[quads] > 0.5).all(axis=1)]
    part = drape(Material.HAT, template, rest, quads, Drape(inside, HAT_EASE + 0 * y, rounds=6, splits=2))
    return _add_peak(part, hat) if hat.peak else part


def _add_peak(part: Part, hat: Hat) -> Part:
    """Pull the front of the rim forward to form a peak."""
    x, y, z = part.coords.T
    angle = np.abs(np.arctan2(x, z - 0.2))
    front = np.cos(np.clip(angle / PEAK_WIDTH, 0, 1) * np.pi / 2) ** 0.6
    pull = front * np.clip(1 - np.abs(y - hat.rim) / PEAK_BAND, 0, 1)
    direction = np.stack([np.sin(angle) * np.sign(x) * 0.3, np.full_like(x, -0.25), np.ones_like(x)], axis=1)
    points = part.points + PEAK_LENGTH * pull[:, None] * direction
    return replace(part, points=points, normals=normals_of(points, part.quads))
