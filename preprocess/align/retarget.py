"""Retargeting part by part: the target's directions with the source's build."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from preprocess.align.bone_lengths import BoneLengths
from preprocess.align.person import Person, interpolate_gaps, lower_ankle
from preprocess.pose.skeleton import (
    FACE,
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    LEFT_HAND,
    LIMBS,
    NECK,
    NOSE,
    R_ANKLE,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
    RIGHT_HAND,
)
from preprocess.types import Floats, PoseSequence

HIPS = [R_HIP, L_HIP]
_FOLLOWERS = ((LEFT_HAND, L_WRIST), (RIGHT_HAND, R_WRIST), (FACE, NOSE))


def retarget(target: Person, moved: PoseSequence, build: BoneLengths, *, is_cut: bool) -> PoseSequence:
    """The target's poses, `moved` to the source's size and place, with the source's `build`, as factors of theirs.

    Directions and foreshortening stay the target's. The middle of the hips stays in its column, the parts follow
    outward from it, hands and face ride along unscaled. The lower ankle stays in its row, so that feet keep their
    foot line; the neck does where a picture cuts one of the persons.
    """
    keypoints = _rebuilt(moved, build)
    for part, joint in _FOLLOWERS:
        keypoints[:, part] += (keypoints[:, joint] - moved.keypoints[:, joint])[:, None]
    measured = replace(moved, scores=target.seen.scores)
    kept = moved.keypoints[:, NECK, 1] - keypoints[:, NECK, 1] if is_cut else _lift(measured, keypoints)
    keypoints[..., 1] += kept[:, None]
    return replace(moved, keypoints=np.where(moved.scores[..., None] > 0, keypoints, 0).astype(np.float32))


def _lift(before: PoseSequence, keypoints: Floats) -> Floats:
    """What brings the lower ankle back to its row, f32 [F]."""
    return interpolate_gaps(lower_ankle(before.keypoints, before.scores) - lower_ankle(keypoints, before.scores))


def _rebuilt(moved: PoseSequence, build: BoneLengths) -> Floats:
    """The joints f32 [F, 128, 2] with each part of the body scaled, from the hips outward."""
    keypoints = moved.keypoints.copy()
    middle = _middle_of_hips(moved)
    known = np.isfinite(middle).all(axis=1)
    for joint, factor in ((NECK, build.torso), (R_HIP, build.hips), (L_HIP, build.hips)):
        scaled = middle + factor * (moved.keypoints[:, joint] - middle)
        keypoints[known, joint] = scaled[known]
    for start, end, factor in _outward(build):
        linked = (moved.scores[:, [start, end]] > 0).all(axis=1)
        bone = moved.keypoints[:, end] - moved.keypoints[:, start]
        keypoints[linked, end] = (keypoints[:, start] + factor * bone)[linked]
    return keypoints


def _middle_of_hips(poses: PoseSequence) -> Floats:
    """Between the hips, f32 [F, 2]; one hip where the other is missing, NaN where both are."""
    found = poses.scores[:, HIPS] > 0
    weights = found / np.where(found.any(axis=1), found.sum(axis=1), np.nan)[:, None]
    return np.asarray((weights[..., None] * poses.keypoints[:, HIPS]).sum(axis=1), np.float32)


def _outward(build: BoneLengths) -> tuple[tuple[int, int, float], ...]:
    """Bones from the neck and the hips outward, each with its factor."""
    factors = {
        R_SHOULDER: build.shoulders,
        L_SHOULDER: build.shoulders,
        R_ELBOW: build.upper_arms,
        L_ELBOW: build.upper_arms,
        R_WRIST: build.forearms,
        L_WRIST: build.forearms,
        R_KNEE: build.thighs,
        L_KNEE: build.thighs,
        R_ANKLE: build.shins,
        L_ANKLE: build.shins,
        NOSE: build.head,
    }
    return tuple((start, end, factors.get(end, 1.0)) for start, end in LIMBS if end not in (NECK, *HIPS))
