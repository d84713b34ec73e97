"""The body parts of a puppet, and the build and size of a person, measured over a clip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np

from preprocess.pose.skeleton import (
    L_ANKLE,
    L_EAR,
    L_ELBOW,
    L_EYE,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    NECK,
    NOSE,
    R_ANKLE,
    R_EAR,
    R_ELBOW,
    R_EYE,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
    VISIBLE,
)
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence


class PartName(IntEnum):
    """The index of each part in `PARTS`."""

    TORSO = 0
    HEAD = 1
    R_UPPER_ARM = 2
    R_FOREARM = 3
    L_UPPER_ARM = 4
    L_FOREARM = 5
    R_THIGH = 6
    R_SHIN = 7
    L_THIGH = 8
    L_SHIN = 9


@dataclass(frozen=True)
class Part:
    """A body part, attached to its `parent` at joint `start` and to its `child` at joint `end`.

    `width` is its default half width in torso lengths; it extends past its end by `extent` of its length (a hand, a
    foot, the top of the head).
    """

    start: int
    end: int
    parent: PartName | None
    child: PartName | None
    width: float
    extent: float = 0.0


PARTS = (
    Part(NECK, NECK, None, None, 0.45),
    Part(NECK, NOSE, PartName.TORSO, None, 0.28, 0.8),
    Part(R_SHOULDER, R_ELBOW, PartName.TORSO, PartName.R_FOREARM, 0.14),
    Part(R_ELBOW, R_WRIST, PartName.R_UPPER_ARM, None, 0.11, 0.7),
    Part(L_SHOULDER, L_ELBOW, PartName.TORSO, PartName.L_FOREARM, 0.14),
    Part(L_ELBOW, L_WRIST, PartName.L_UPPER_ARM, None, 0.11, 0.7),
    Part(R_HIP, R_KNEE, PartName.TORSO, PartName.R_SHIN, 0.2),
    Part(R_KNEE, R_ANKLE, PartName.R_THIGH, None, 0.14, 0.4),
    Part(L_HIP, L_KNEE, PartName.TORSO, PartName.L_SHIN, 0.2),
    Part(L_KNEE, L_ANKLE, PartName.L_THIGH, None, 0.14, 0.4),
)
ARM_PARTS = (PartName.R_UPPER_ARM, PartName.R_FOREARM, PartName.L_UPPER_ARM, PartName.L_FOREARM)
LIMB_PARTS = (*ARM_PARTS, PartName.R_THIGH, PartName.R_SHIN, PartName.L_THIGH, PartName.L_SHIN)

BONES = (
    (NECK, R_HIP), (NECK, L_HIP), (R_SHOULDER, L_SHOULDER), (NECK, NOSE),
    *((PARTS[name].start, PARTS[name].end) for name in LIMB_PARTS),
)  # fmt: skip
"""The bones whose lengths give the size of a person: (start, end)."""

TORSO_JOINTS = (NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP)
HEAD_JOINTS = (NECK, NOSE, R_EYE, L_EYE, R_EAR, L_EAR)


@dataclass(frozen=True)
class Pose:
    """One frame's body: joints f32 [18, 2], and which of them are trusted, bool [18]."""

    joints: Floats
    trusted: Bools

    def has(self, *joints: int) -> bool:
        """Whether all these joints are trusted."""
        return bool(self.trusted[list(joints)].all())

    def bone(self, name: PartName) -> Floats:
        """The vector from the start to the end of a part, f32 [2]."""
        return np.asarray(self.joints[PARTS[name].end] - self.joints[PARTS[name].start])


def split_poses(poses: PoseSequence) -> list[Pose]:
    """One `Pose` per frame."""
    trusted = (poses.body_scores >= VISIBLE) & np.isfinite(poses.body).all(axis=2)
    return [Pose(joints, seen) for joints, seen in zip(poses.body, trusted, strict=True)]


@dataclass(frozen=True)
class Build:
    """A person's build in pixels: the torso's length, and the half width of every part, f32 [10]."""

    torso: float
    widths: Floats


def measure_build(poses: list[Pose], masks: MaskSequence) -> Build:
    """Measure a person's build over a clip.

    The mask's half width along a limb is the limb's own only where the limb is clear of the body, so a low quantile
    over the frames is used; it is clamped to a range around the default.
    """
    torso = _torso_length(poses, masks)
    half_widths: list[list[float]] = [[] for _ in PARTS]
    for pose, mask in zip(poses, masks.masks, strict=True):
        depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
        for name in LIMB_PARTS:
            half_widths[name] += _half_widths_along(pose, name, depth)
    default = np.array([part.width * torso for part in PARTS], np.float32)
    widths = [np.quantile(found, 0.3) if found else np.nan for found in half_widths]
    measured = np.where(np.isnan(widths), default, widths)
    return Build(torso, measured.clip(0.6 * default, 1.3 * default).astype(np.float32))


def _half_widths_along(pose: Pose, name: PartName, depth: np.ndarray) -> list[float]:
    part = PARTS[name]
    if not pose.has(part.start, part.end):
        return []
    points = np.round(pose.joints[part.start] + np.outer((0.3, 0.5, 0.7), pose.bone(name))).astype(int)
    height, width = depth.shape
    return [float(depth[y, x]) for x, y in points if 0 <= x < width and 0 <= y < height and depth[y, x] > 0]


def _torso_length(poses: list[Pose], masks: MaskSequence) -> float:
    """The length from neck to hips; estimated from the shoulders or the mask's height where it isn't visible."""
    spines = [
        float(np.linalg.norm(pose.joints[NECK] - (pose.joints[R_HIP] + pose.joints[L_HIP]) / 2))
        for pose in poses
        if pose.has(NECK, R_HIP, L_HIP)
    ]
    if spines:
        return max(4.0, float(np.quantile(spines, 0.7)))
    shoulders = [
        float(np.linalg.norm(pose.joints[R_SHOULDER] - pose.joints[L_SHOULDER]))
        for pose in poses
        if pose.has(R_SHOULDER, L_SHOULDER)
    ]
    if shoulders:
        return max(4.0, 1.5 * float(np.quantile(shoulders, 0.7)))
    return max(4.0, 0.3 * float(np.median(masks.masks.any(axis=2).sum(axis=1))))


def size_ratio(source: list[Pose], aligned: list[Pose]) -> float:
    """The size of the person in the aligned poses relative to the source, one number for the clip.

    The median over the bones of the ratio of their 80th percentile lengths, which foreshortening hardly affects.
    """
    ratios = [
        long_aligned / long_source
        for start, end in BONES
        if (long_source := _long_length(source, start, end)) and (long_aligned := _long_length(aligned, start, end))
    ]
    return float(np.clip(np.median(ratios), 0.3, 3)) if ratios else 1.0


def _long_length(poses: list[Pose], start: int, end: int) -> float:
    lengths = [float(np.linalg.norm(p.joints[end] - p.joints[start])) for p in poses if p.has(start, end)]
    return float(np.quantile(lengths, 0.8)) if lengths else 0.0
