"""Preservation of the person's identity: colour and texture of each part of the body against the ground truth."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.puppet.parts import PARTS, Pose, split_poses
from preprocess.types import Bools, Floats, Frame, Frames, PoseSequence

MIN_PIXELS = 30  # of a part that is compared
TORSO_LENGTH = 1 / 3  # of the visible body's height


def identity_distance(edited: Frames, truth: Frames, poses: PoseSequence, person: Bools) -> float:
    """Mean distance in Lab units over the parts of all frames; 0 for identical parts.

    The distance of a part is that of its mean colours (ΔE) plus the difference of the standard deviations of its
    lightness. `poses` and `person` bool [F, H, W] are the ground truth's. NaN where no part is visible.
    """
    distances = [
        distance
        for frame, true, pose, mask in zip(edited, truth, split_poses(poses), person, strict=True)
        for distance in _part_distances(frame, true, _parts(pose, mask))
    ]
    return float(np.mean(distances)) if distances else float("nan")


def _part_distances(edited: Frame, truth: Frame, parts: list[Bools]) -> list[float]:
    ours, theirs = (_lab(frame) for frame in (edited, truth))
    return [_distance(ours[part], theirs[part]) for part in parts if part.sum() >= MIN_PIXELS]


def _lab(frame: Frame) -> Floats:
    return np.asarray(cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def _distance(ours: Floats, theirs: Floats) -> float:
    colour = np.linalg.norm(ours.mean(axis=0) - theirs.mean(axis=0))
    return float(colour + abs(ours[:, 0].std() - theirs[:, 0].std()))


def _parts(pose: Pose, mask: Bools) -> list[Bools]:
    """The masks of the visible parts: each pixel of the person belongs to the nearest bone, in units of its width."""
    pixels = np.argwhere(mask)[:, ::-1].astype(np.float32)
    seen = [part for part in PARTS if pose.has(part.start, part.end)]
    if not len(pixels) or not seen:
        return []
    distances = np.stack([_bone_distances(pixels, *_bone(pose, part.start, part.end)) / part.width for part in seen])
    nearest = distances.argmin(axis=0)
    parts = []
    for index in range(len(seen)):
        own = np.zeros_like(mask)
        columns, rows = pixels[nearest == index].astype(int).T
        own[rows, columns] = True
        parts.append(own)
    return parts


def _bone(pose: Pose, start: int, end: int) -> tuple[Floats, Floats]:
    """The ends of a part's bone; that of the torso, which has a single joint, points straight down from the neck."""
    first, last = pose.joints[start], pose.joints[end]
    if start == end:
        length = TORSO_LENGTH * np.ptp(pose.joints[pose.trusted], axis=0).max()
        last = first + np.array([0, length], np.float32)
    return first, last


def _bone_distances(pixels: Floats, start: Floats, end: Floats) -> Floats:
    """The distances [N] of pixels [N, 2] to a bone."""
    bone = end - start
    along = np.clip((pixels - start) @ bone / max(float(bone @ bone), 1e-6), 0, 1)
    return np.asarray(np.linalg.norm(pixels - start - along[:, None] * bone, axis=1))
