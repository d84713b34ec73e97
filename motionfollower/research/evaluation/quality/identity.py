"""Whether it is still the same person: colours and textures of each part of the body against the truth's."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.puppet.parts import PARTS, Pose, split_poses
from preprocess.types import Bools, Floats, Frame, Frames, PoseSequence

LEAST_PIXELS = 30  # of a part, to be compared
TORSO_SHARE = 1 / 3  # of a seen body's height


def identity_distance(edited: Frames, truth: Frames, poses: PoseSequence, person: Bools) -> float:
    """Mean distance in units of Lab over the parts of all frames; 0 is the same person.

    A part's distance is that of its mean colours (ΔE) plus the difference of how much its lightness varies.
    `poses` and `person` bool [F, H, W] are the truth's; NaN where no part is seen.
    """
    distances = [
        distance
        for picture, true, pose, mask in zip(edited, truth, split_poses(poses), person, strict=True)
        for distance in _frame(picture, true, _parts(pose, mask))
    ]
    return float(np.mean(distances)) if distances else float("nan")


def _frame(edited: Frame, truth: Frame, parts: list[Bools]) -> list[float]:
    ours, theirs = (_lab(picture) for picture in (edited, truth))
    return [_distance(ours[part], theirs[part]) for part in parts if part.sum() >= LEAST_PIXELS]


def _lab(picture: Frame) -> Floats:
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def _distance(ours: Floats, theirs: Floats) -> float:
    colour = np.linalg.norm(ours.mean(axis=0) - theirs.mean(axis=0))
    return float(colour + abs(ours[:, 0].std() - theirs[:, 0].std()))


def _parts(pose: Pose, mask: Bools) -> list[Bools]:
    """Each seen part's pixels: those of the person that are nearest to its bone, by its width."""
    pixels = np.argwhere(mask)[:, ::-1].astype(np.float32)
    seen = [part for part in PARTS if pose.has(part.start, part.end)]
    if not len(pixels) or not seen:
        return []
    distances = np.stack([_to_bone(pixels, *_bone(pose, part.start, part.end)) / part.width for part in seen])
    nearest = distances.argmin(axis=0)
    parts = []
    for index in range(len(seen)):
        own = np.zeros_like(mask)
        columns, rows = pixels[nearest == index].astype(int).T
        own[rows, columns] = True
        parts.append(own)
    return parts


def _bone(pose: Pose, start: int, end: int) -> tuple[Floats, Floats]:
    """The ends of a part; the torso, which has none, goes straight down from the neck."""
    first, last = pose.joints[start], pose.joints[end]
    if start == end:
        length = TORSO_SHARE * np.ptp(pose.joints[pose.trusted], axis=0).max()
        last = first + np.array([0, length], np.float32)
    return first, last


def _to_bone(pixels: Floats, start: Floats, end: Floats) -> Floats:
    """How far pixels [N, 2] are from a bone."""
    way = end - start
    along = np.clip((pixels - start) @ way / max(float(way @ way), 1e-6), 0, 1)
    return np.asarray(np.linalg.norm(pixels - start - along[:, None] * way, axis=1))
