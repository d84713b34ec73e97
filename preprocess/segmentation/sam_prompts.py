"""Pure: from a pose to what Segment Anything is asked, and whether its answer can be the person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from preprocess.pose.skeleton import LIMBS, SEEN
from preprocess.types import Bools, Floats, Size

BOX_MARGIN = 0.12  # around the joints, in the larger side of their box: hair, feet, clothes
ELSEWHERE = 0.2  # a corner of the box this far from every joint, in its height, is background
REACH = 0.25  # a person's mask stays this near to the box, in its sides
MOST_OUTSIDE = 0.3  # of a mask; one that is inverted has most of it outside
NEIGHBOURS = 4  # frames on each side whose masks should be about as large
GROWTH = 1.8


@dataclass(frozen=True)
class Prompt:
    """Points f32 [N, 2] (x, y) that are the person or aren't, bool [N], and a box f32 [4] around them or None."""

    points: Floats
    are_person: Bools
    box: Floats | None


def make_prompts(inside: Floats, box: Floats) -> tuple[Prompt, ...]:
    """Several ways to ask for the person around points of their body f32 [N, 2] in a box f32 [4], the best first."""
    outside = _background_corners(inside, box)
    are_person = np.arange(len(inside) + len(outside)) < len(inside)
    everything = Prompt(np.concatenate([inside, outside]), are_person, box)
    person = Prompt(inside, np.ones(len(inside), bool), box)
    return everything, person, replace(everything, box=None), Prompt(inside[:0], are_person[:0], box)


def points_of_body(joints: Floats, scores: Floats, size: Size) -> Floats:
    """The joints f32 [18, 2] that are seen, and the middles of the limbs between them, in the picture: f32 [N, 2]."""
    seen = scores > SEEN
    middles = [(joints[start] + joints[end]) / 2 for start, end in LIMBS if seen[start] and seen[end]]
    points = np.concatenate([joints[seen], np.reshape(middles, (-1, 2))]).astype(np.float32)
    return np.asarray(points[((points >= 0) & (points < size)).all(axis=1)])


def box_around(points: Floats, size: Size) -> Floats:
    """The box f32 [4] (left, top, right, bottom) of points [N, 2] with a margin, within the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = BOX_MARGIN * max(*(high - low), 8)
    box = np.concatenate([(low - margin).clip(0), (high + margin).clip(max=np.array(size) - 1)])
    return np.asarray(box, np.float32)


def _background_corners(points: Floats, box: Floats) -> Floats:
    left, top, right, bottom = box
    corners = np.array([(left, top), (right, top), (left, bottom), (right, bottom)], np.float32)
    distances = np.linalg.norm(corners[:, None] - points, axis=-1).min(axis=1)
    return np.asarray(corners[distances > ELSEWHERE * (bottom - top)])


def spills(mask: Bools, box: Floats) -> bool:
    """Whether too much of a mask [H, W] is far from the person's box: it is inverted, or something else."""
    width, height = box[2:] - box[:2]
    reach = REACH * np.array((width, height))
    left, top = np.maximum(box[:2] - reach, 0).astype(int)
    right, bottom = np.ceil(box[2:] + reach).astype(int) + 1
    return bool(mask[top:bottom, left:right].sum() < (1 - MOST_OUTSIDE) * mask.sum())


def usual_areas(masks: Bools) -> Floats:
    """How large each frame's mask should be: the median of those around it that aren't empty, f32 [F]; 0: unknown."""
    areas = masks.sum(axis=(1, 2)).astype(np.float32)
    usual = np.zeros_like(areas)
    for index in range(len(areas)):
        near = areas[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]
        usual[index] = np.median(near[near > 0]) if (near > 0).any() else 0
    return np.asarray(usual)


def is_about(area: float, usual: float) -> bool:
    """Whether a mask's area is near to the usual one, or that is unknown."""
    return bool(usual == 0 or usual / GROWTH < area < usual * GROWTH)
