"""Paint one part of a cut-out where its bones have gone, bent smoothly where it meets the next part.

Every pixel of the new picture looks up where it came from. Along a part that is the bone's own move; towards a
joint it is blended into the joint's move, which turns half as far as the limb bends there. On the outer side of a
bend both parts therefore agree and no gap opens; on the inner side they overlap, as folded limbs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.puppet.parts import LIMB_PARTS, PARTS, Build, PartName, Pose
from preprocess.puppet.segment_parts import Layer
from preprocess.puppet.transforms import BoneMove
from preprocess.types import Bools, Floats

LEAST_AGREEMENT = 0.5  # 1 for moves that turn alike, 0 for opposite ones, here 90° apart: past it limbs fold, not bend


@dataclass(frozen=True)
class Bend:
    """A joint where a part meets another: its move, the unit vector [2] from it into the part, the blend's length."""

    move: BoneMove
    inward: Floats
    length: float


def find_bends(name: PartName, pose: Pose, moves: tuple[BoneMove | None, ...], build: Build) -> list[Bend]:
    """Where a part of an arm or a leg meets the other one; nothing for torso and head, which are stiff."""
    part, bone = PARTS[name], pose.bone(name)
    meetings = ((part.child, part.end, -bone), (part.parent, part.start, bone))
    return [
        _bend(own, other, pose.joints[joint], into, float(build.widths[name]))
        for neighbour, joint, into in meetings
        if neighbour in LIMB_PARTS and (own := moves[name]) and (other := moves[neighbour])
    ]


def _bend(own: BoneMove, other: BoneMove, joint: Floats, into: Floats, length: float) -> Bend:
    move = BoneMove(joint, own.apply(joint), mean_turn(own.forward, other.forward))
    inward = own.forward @ into
    scale = float(np.sqrt(abs(np.linalg.det(own.forward))))
    return Bend(move, inward / max(float(np.linalg.norm(inward)), 1e-6), scale * length)


def mean_turn(a: Floats, b: Floats) -> Floats:
    """The map halfway between two maps [2, 2], as large as both; the first where they hardly agree."""
    mean = (a + b) / 2
    area, goal = np.linalg.det(mean), np.sqrt(abs(np.linalg.det(a) * np.linalg.det(b)))
    if area < LEAST_AGREEMENT * goal:
        return a
    return np.asarray(mean * np.sqrt(goal / area), np.float32)


class Canvas:
    """The picture that layers are painted on: `picture` f32 [H, W, 3], and `cover` f32 [H, W], how much they hide."""

    def __init__(self, background: np.ndarray) -> None:
        self.picture = background.astype(np.float32)
        self.cover = np.zeros(background.shape[:2], np.float32)

    def paint(self, layer: Layer, move: BoneMove, bends: Sequence[Bend]) -> None:
        """Paint a layer over what is there."""
        area = self._reach(layer, move, margin=max((bend.length for bend in bends), default=0.0) + 2)
        if area is None:
            return
        rows, columns = area
        x, y = np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop)
        points = np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)
        sources = sample_image(points, move, bends) - np.array(layer.corner, np.float32)
        painted = cv2.remap(_premultiplied(layer), sources, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        alpha = painted[..., 3] / 255
        self.picture[area] = painted[..., :3] + self.picture[area] * (1 - alpha[..., None])
        self.cover[area] = alpha + self.cover[area] * (1 - alpha)

    def finished(self) -> tuple[np.ndarray, Bools]:
        """The picture uint8 [H, W, 3], and where it shows a layer, bool [H, W]."""
        return np.rint(self.picture).clip(0, 255).astype(np.uint8), self.cover > 0.5

    def _reach(self, layer: Layer, move: BoneMove, margin: float) -> tuple[slice, slice] | None:
        """The rows and columns that a layer may touch; None where it lies outside the picture."""
        height, width = layer.rgba.shape[:2]
        corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32) + layer.corner
        moved = move.apply(corners)
        limit = np.array(self.cover.shape[::-1])
        low = np.floor(moved.min(axis=0) - margin).clip(0, limit).astype(int)
        high = np.ceil(moved.max(axis=0) + margin).clip(0, limit).astype(int)
        if (high <= low).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _premultiplied(layer: Layer) -> Floats:
    """Colours times opacity, and the opacity, f32 [h, w, 4], so that nothing shines in from beyond an edge."""
    rgba = layer.rgba.astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    return rgba


def sample_image(points: Floats, move: BoneMove, bends: Sequence[Bend]) -> Floats:
    """Where the new picture's points f32 [h, w, 2] come from in the source."""
    sources = move.undo(points)
    for bend in bends:
        along = (points - bend.move.target) @ bend.inward / max(bend.length, 1e-6)
        own = _smooth_step(along.astype(np.float32))[..., None]
        sources = own * sources + (1 - own) * bend.move.undo(points)
    return np.asarray(sources, np.float32)


def _smooth_step(values: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    clipped = values.clip(0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
