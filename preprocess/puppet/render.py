"""Render a puppet's layers by inverse warping, bent smoothly where two parts of a limb meet.

Along a part a pixel is warped by the transform of its bone; towards a joint this is blended into the transform of the
joint, which rotates by half of the bend. On the outer side of a bend both parts therefore agree and no gap opens; on
the inner side they overlap, as folded limbs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.puppet.parts import LIMB_PARTS, PARTS, Build, PartName, Pose
from preprocess.puppet.segment_parts import Layer
from preprocess.puppet.transforms import BoneTransform
from preprocess.types import Bools, Floats

MIN_AGREEMENT = 0.5  # 1 for equal rotations, 0 for opposite ones, 0.5 for 90° apart; below it limbs fold, not bend


@dataclass(frozen=True)
class Bend:
    """A joint between two parts: its transform, the unit vector [2] from it into the part, the length of the blend."""

    transform: BoneTransform
    inward: Floats
    length: float


def find_bends(name: PartName, pose: Pose, transforms: tuple[BoneTransform | None, ...], build: Build) -> list[Bend]:
    """The joints where a part of an arm or leg meets the other one; none for torso and head, which are rigid."""
    part, bone = PARTS[name], pose.bone(name)
    connections = ((part.child, part.end, -bone), (part.parent, part.start, bone))
    return [
        _bend(own, other, pose.joints[joint], into, float(build.widths[name]))
        for neighbour, joint, into in connections
        if neighbour in LIMB_PARTS and (own := transforms[name]) and (other := transforms[neighbour])
    ]


def _bend(own: BoneTransform, other: BoneTransform, joint: Floats, into: Floats, length: float) -> Bend:
    transform = BoneTransform(joint, own.apply(joint), mean_transform(own.forward, other.forward))
    inward = own.forward @ into
    scale = float(np.sqrt(abs(np.linalg.det(own.forward))))
    return Bend(transform, inward / max(float(np.linalg.norm(inward)), 1e-6), scale * length)


def mean_transform(a: Floats, b: Floats) -> Floats:
    """The mean of two maps [2, 2] with the geometric mean of their areas; the first map where they fold."""
    mean = (a + b) / 2
    area, goal = np.linalg.det(mean), np.sqrt(abs(np.linalg.det(a) * np.linalg.det(b)))
    if area < MIN_AGREEMENT * goal:
        return a
    return np.asarray(mean * np.sqrt(goal / area), np.float32)


class Canvas:
    """The image f32 [H, W, 3] that layers are composited on, and their accumulated `alpha` f32 [H, W]."""

    def __init__(self, background: np.ndarray) -> None:
        self.image = background.astype(np.float32)
        self.alpha = np.zeros(background.shape[:2], np.float32)

    def paint(self, layer: Layer, transform: BoneTransform, bends: Sequence[Bend]) -> None:
        """Composite a warped layer over the image."""
        area = self._extent(layer, transform, margin=max((bend.length for bend in bends), default=0.0) + 2)
        if area is None:
            return
        rows, columns = area
        x, y = np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop)
        points = np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)
        sources = inverse_warp(points, transform, bends) - np.array(layer.corner, np.float32)
        painted = cv2.remap(_premultiplied(layer), sources, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        alpha = painted[..., 3] / 255
        self.image[area] = painted[..., :3] + self.image[area] * (1 - alpha[..., None])
        self.alpha[area] = alpha + self.alpha[area] * (1 - alpha)

    def result(self) -> tuple[np.ndarray, Bools]:
        """The image uint8 [H, W, 3], and where it shows a layer, bool [H, W]."""
        return np.rint(self.image).clip(0, 255).astype(np.uint8), self.alpha > 0.5

    def _extent(self, layer: Layer, transform: BoneTransform, margin: float) -> tuple[slice, slice] | None:
        """The rows and columns that a warped layer may cover; None where it lies outside the image."""
        height, width = layer.rgba.shape[:2]
        corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32) + layer.corner
        moved = transform.apply(corners)
        limit = np.array(self.alpha.shape[::-1])
        low = np.floor(moved.min(axis=0) - margin).clip(0, limit).astype(int)
        high = np.ceil(moved.max(axis=0) + margin).clip(0, limit).astype(int)
        if (high <= low).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _premultiplied(layer: Layer) -> Floats:
    """Premultiplied colours and alpha, f32 [h, w, 4], so that interpolation does not bleed across edges."""
    rgba = layer.rgba.astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    return rgba


def inverse_warp(points: Floats, transform: BoneTransform, bends: Sequence[Bend]) -> Floats:
    """The source positions of points f32 [h, w, 2] of the new image."""
    sources = transform.invert(points)
    for bend in bends:
        along = (points - bend.transform.target) @ bend.inward / max(bend.length, 1e-6)
        own = _smooth_step(along.astype(np.float32))[..., None]
        sources = own * sources + (1 - own) * bend.transform.invert(points)
    return np.asarray(sources, np.float32)


def _smooth_step(values: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    clipped = values.clip(0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
