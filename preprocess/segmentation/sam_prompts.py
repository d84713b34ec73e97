"""Prompts for Segment Anything from a pose, and checks whether a mask can be that person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from preprocess.pose.skeleton import LIMBS, VISIBLE
from preprocess.types import Bools, Floats, Size

BOX_MARGIN = 0.12  # around the joints, for hair, feet and clothes; as a fraction of their box's larger side
BACKGROUND_DISTANCE = 0.2  # box heights; a corner of the box farther than this from all joints is background
LEAK_MARGIN = 0.25  # box sides; a mask may extend this far beyond the box
MAX_LEAK = 0.3  # fraction of a mask that may be farther outside; of an inverted mask most is
NEIGHBOURS = 4  # frames on each side whose masks should have about the same area
MAX_GROWTH = 1.8  # of the area, as a factor either way


@dataclass(frozen=True)
class Prompt:
    """Points f32 [N, 2] (x, y), which of them are the person, bool [N], and a box f32 [4] or None."""

    points: Floats
    are_person: Bools
    box: Floats | None


def make_prompts(inside: Floats, box: Floats) -> tuple[Prompt, ...]:
    """Alternative prompts for the person at body points f32 [N, 2] in a box f32 [4], the most reliable first."""
    outside = _background_corners(inside, box)
    are_person = np.arange(len(inside) + len(outside)) < len(inside)
    everything = Prompt(np.concatenate([inside, outside]), are_person, box)
    person = Prompt(inside, np.ones(len(inside), bool), box)
    return everything, person, replace(everything, box=None), Prompt(inside[:0], are_person[:0], box)


def body_points(joints: Floats, scores: Floats, size: Size) -> Floats:
    """The visible joints of f32 [18, 2] and the midpoints of limbs between them inside the frame, f32 [N, 2]."""
    seen = scores > VISIBLE
    midpoints = [(joints[start] + joints[end]) / 2 for start, end in LIMBS if seen[start] and seen[end]]
    points = np.concatenate([joints[seen], np.reshape(midpoints, (-1, 2))]).astype(np.float32)
    return np.asarray(points[((points >= 0) & (points < size)).all(axis=1)])


def box_around(points: Floats, size: Size) -> Floats:
    """The box f32 [4] (left, top, right, bottom) of points [N, 2] with a margin, clipped to the frame."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = BOX_MARGIN * max(*(high - low), 8)
    box = np.concatenate([(low - margin).clip(0), (high + margin).clip(max=np.array(size) - 1)])
    return np.asarray(box, np.float32)


def _background_corners(points: Floats, box: Floats) -> Floats:
    left, top, right, bottom = box
    corners = np.array([(left, top), (right, top), (left, bottom), (right, bottom)], np.float32)
    distances = np.linalg.norm(corners[:, None] - points, axis=-1).min(axis=1)
    return np.asarray(corners[distances > BACKGROUND_DISTANCE * (bottom - top)])


def leaks(mask: Bools, box: Floats) -> bool:
    """Whether too much of a mask [H, W] is outside the person's box: it is inverted, or that of another object."""
    width, height = box[2:] - box[:2]
    margin = LEAK_MARGIN * np.array((width, height))
    left, top = np.maximum(box[:2] - margin, 0).astype(int)
    right, bottom = np.ceil(box[2:] + margin).astype(int) + 1
    return bool(mask[top:bottom, left:right].sum() < (1 - MAX_LEAK) * mask.sum())


def typical_areas(masks: Bools) -> Floats:
    """The median area of the non-empty masks around each frame, f32 [F]; 0 where all are empty."""
    areas = masks.sum(axis=(1, 2)).astype(np.float32)
    typical = np.zeros_like(areas)
    for index in range(len(areas)):
        near = areas[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]
        typical[index] = np.median(near[near > 0]) if (near > 0).any() else 0
    return np.asarray(typical)


def is_typical(area: float, typical: float) -> bool:
    """Whether a mask's area is near the typical one; True where that is unknown (0)."""
    return bool(typical == 0 or typical / MAX_GROWTH < area < typical * MAX_GROWTH)
