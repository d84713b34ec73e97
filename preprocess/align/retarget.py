"""Bone retargeting: the target's bone directions with the source's proportions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from preprocess.align.bone_lengths import BoneLengths
from preprocess.align.person import HIPS, Person, interpolate_gaps, lower_ankle
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

_ATTACHED = ((LEFT_HAND, L_WRIST), (RIGHT_HAND, R_WRIST), (FACE, NOSE))


def retarget(target: Person, moved: PoseSequence, proportions: BoneLengths, *, is_cut: bool) -> PoseSequence:
    """The target's poses, `moved` to the source's size and position, with bones scaled by `proportions`.

    Directions and foreshortening stay the target's. The hip centre keeps its column; the bones are scaled outward from
    it; hands and face move along unscaled. The lower ankle keeps its row, so that the feet stay on their foot line;
    if the frame cuts one of the people (`is_cut`), the neck does instead.
    """
    keypoints = _rescaled(moved, proportions)
    for part, joint in _ATTACHED:
        keypoints[:, part] += (keypoints[:, joint] - moved.keypoints[:, joint])[:, None]
    measured = replace(moved, scores=target.visible_poses.scores)
    lift = moved.keypoints[:, NECK, 1] - keypoints[:, NECK, 1] if is_cut else _lift(measured, keypoints)
    keypoints[..., 1] += lift[:, None]
    return replace(moved, keypoints=np.where(moved.scores[..., None] > 0, keypoints, 0).astype(np.float32))


def _lift(before: PoseSequence, keypoints: Floats) -> Floats:
    """The shift that moves the lower ankle back to its row, f32 [F]."""
    return interpolate_gaps(lower_ankle(before.keypoints, before.scores) - lower_ankle(keypoints, before.scores))


def _rescaled(moved: PoseSequence, proportions: BoneLengths) -> Floats:
    """The joints f32 [F, 128, 2] with each bone scaled, from the hips outward."""
    keypoints = moved.keypoints.copy()
    centre = _hip_centre(moved)
    known = np.isfinite(centre).all(axis=1)
    for joint, factor in ((NECK, proportions.torso), (R_HIP, proportions.hips), (L_HIP, proportions.hips)):
        scaled = centre + factor * (moved.keypoints[:, joint] - centre)
        keypoints[known, joint] = scaled[known]
    for start, end, factor in _outward(proportions):
        linked = (moved.scores[:, [start, end]] > 0).all(axis=1)
        bone = moved.keypoints[:, end] - moved.keypoints[:, start]
        keypoints[linked, end] = (keypoints[:, start] + factor * bone)[linked]
    return keypoints


def _hip_centre(poses: PoseSequence) -> Floats:
    """The mean of the hips f32 [F, 2]; one hip where the other is missing, NaN where both are."""
    found = poses.scores[:, HIPS] > 0
    weights = found / np.where(found.any(axis=1), found.sum(axis=1), np.nan)[:, None]
    return np.asarray((weights[..., None] * poses.keypoints[:, HIPS]).sum(axis=1), np.float32)


def _outward(proportions: BoneLengths) -> tuple[tuple[int, int, float], ...]:
    """The bones from the neck and the hips outward, each with its factor."""
    factors = {
        R_SHOULDER: proportions.shoulders,
        L_SHOULDER: proportions.shoulders,
        R_ELBOW: proportions.upper_arms,
        L_ELBOW: proportions.upper_arms,
        R_WRIST: proportions.forearms,
        L_WRIST: proportions.forearms,
        R_KNEE: proportions.thighs,
        L_KNEE: proportions.thighs,
        R_ANKLE: proportions.shins,
        L_ANKLE: proportions.shins,
        NOSE: proportions.head,
    }
    return tuple((start, end, factors.get(end, 1.0)) for start, end in LIMBS if end not in (NECK, *HIPS))
