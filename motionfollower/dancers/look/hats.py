"""Beanies, and caps with a peak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionfollower.dancers.assets.types import Assets, Doubles
from motionfollower.dancers.body.template import Template
from motionfollower.dancers.look.patch import Drape, Part, drape, normals_of
from motionfollower.dancers.look.types import Hat, Material

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
