"""Partial motion: some parts of the body follow the target, wholly or half-way, the others move as before.

Half-way between two poses every bone is turned half-way and has the mean of the two lengths, from the neck outward.
Joints that were mixed by their places instead would shrink the limbs on their way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from preprocess.align.person import interpolate_gaps, lower_ankle
from preprocess.pose.skeleton import (
    FACE,
    HAND_BONES,
    JOINTS,
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_WRIST,
    LEFT_HAND,
    LIMBS,
    NECK,
    NOSE,
    R_ANKLE,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_WRIST,
    RIGHT_HAND,
)
from preprocess.types import Bools, Floats, PoseSequence

Parts = Literal["all", "upper", "arms", "legs"]


def _hand(hand: slice, wrist: int) -> tuple[tuple[int, int], ...]:
    return ((wrist, hand.start), *((hand.start + start, hand.start + end) for start, end in HAND_BONES))


BONES = (
    *LIMBS,
    *_hand(LEFT_HAND, L_WRIST),
    *_hand(RIGHT_HAND, R_WRIST),
    *((NOSE, joint) for joint in range(JOINTS)[FACE]),
)
"""The whole skeleton as a tree: each bone's start is the neck or an earlier bone's end."""

ARMS = {R_ELBOW, R_WRIST, L_ELBOW, L_WRIST, *range(JOINTS)[LEFT_HAND], *range(JOINTS)[RIGHT_HAND]}
LEGS = {R_KNEE, R_ANKLE, L_KNEE, L_ANKLE}
FOLLOWERS: dict[Parts, set[int]] = {
    "all": set(range(JOINTS)),
    "upper": set(range(JOINTS)) - LEGS - {R_HIP, L_HIP, NECK},
    "arms": ARMS,
    "legs": LEGS,
}
"""The joints whose bones follow the target; where the neck does, the person moves to the target's place."""


@dataclass(frozen=True)
class Following:
    """Which `parts` follow the target, and how far: `blend` is 0 for the source's motion, 1 for the target's."""

    parts: Parts = "all"
    blend: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether the person does what the target does, and nothing else."""
        return self.parts == "all" and self.blend == 1

    def weights(self) -> Floats:
        """The target's share in each joint's bone, f32 [128]."""
        weights = np.zeros(JOINTS, np.float32)
        weights[list(FOLLOWERS[self.parts])] = self.blend
        return weights


def follow(source: PoseSequence, aligned: PoseSequence, following: Following) -> PoseSequence:
    """The source's poses with some parts moved as in the `aligned` target poses, both of one length and size.

    The feet stay on the ground: the lower ankle is as high as in the source, or as the target has it for legs that
    follow; a person whose neck doesn't follow stays on the source's ground. A joint is missing where the motion
    that it follows misses it; on the way between two motions one of them is enough.
    """
    if following.is_whole:
        return aligned
    weights = following.weights()
    keypoints, scores = np.zeros_like(source.keypoints), np.zeros_like(source.scores)
    keypoints[:, NECK], scores[:, NECK] = _mixed_neck(source, aligned, weights[NECK])
    for start, end in BONES:
        bone, trust = _mixed_bone(source, aligned, (start, end), weights[end])
        trust = np.where(scores[:, start] > 0, trust, 0)
        keypoints[:, end] = np.where(trust[:, None] > 0, keypoints[:, start] + bone, 0)
        scores[:, end] = trust
    rows = _ankle_rows(source, aligned, weights[R_ANKLE], moves=weights[NECK] > 0)
    keypoints[..., 1] += interpolate_gaps(rows - lower_ankle(keypoints, scores))[:, None] * (scores > 0)
    return PoseSequence(keypoints, scores, source.size)


def _mixed_neck(source: PoseSequence, aligned: PoseSequence, weight: float) -> tuple[Floats, Floats]:
    """The neck's place f32 [F, 2] and score f32 [F] on the straight line between the two."""
    share, known = _shares(source.scores[:, NECK] > 0, aligned.scores[:, NECK] > 0, weight)
    place = _mix(source.keypoints[:, NECK], aligned.keypoints[:, NECK], share[:, None])
    return place, _mix(source.scores[:, NECK], aligned.scores[:, NECK], share) * known


def _mixed_bone(
    source: PoseSequence, aligned: PoseSequence, bone: tuple[int, int], weight: float
) -> tuple[Floats, Floats]:
    """A bone's vector f32 [F, 2] turned on the way from the source's to the target's, and its score f32 [F]."""
    of_source, of_target = (np.asarray((poses.scores[:, bone] > 0).all(axis=1)) for poses in (source, aligned))
    share, is_known = _shares(of_source, of_target, weight)
    before, after = (poses.keypoints[:, bone[1]] - poses.keypoints[:, bone[0]] for poses in (source, aligned))
    between = _turned(before, after, of_source & of_target, share)
    vector = np.where(share[:, None] == 0, before, np.where(share[:, None] == 1, after, between))
    return vector, _mix(source.scores[:, bone[1]], aligned.scores[:, bone[1]], share) * is_known


def _shares(of_source: Bools, of_target: Bools, weight: float) -> tuple[Floats, Bools]:
    """The target's share f32 [F] where either motion may be unknown, and where there is something to take."""
    known = (of_source & (weight < 1)) | (of_target & (weight > 0))
    return np.where(of_source & of_target, weight, of_target & (weight > 0)).astype(np.float32), known


def _turned(before: Floats, after: Floats, both: Bools, share: Floats) -> Floats:
    """Vectors f32 [F, 2] at a share of the turn from `before` to `after`, which never jumps to the other way round."""
    start, end = (np.arctan2(vectors[:, 1], vectors[:, 0]) for vectors in (before, after))
    turn = np.zeros_like(start)
    turn[both] = np.unwrap((end - start)[both])
    if both.any():
        turn[both] -= 2 * np.pi * np.round(np.median(turn[both]) / (2 * np.pi))
    angle = start + share * turn
    length = _mix(np.linalg.norm(before, axis=-1), np.linalg.norm(after, axis=-1), share)
    vectors: Floats = length[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return vectors


def _ankle_rows(source: PoseSequence, aligned: PoseSequence, weight: float, *, moves: bool) -> Floats:
    """The row for the lower ankle f32 [F], NaN where unknown."""
    before, after = (lower_ankle(poses.keypoints, poses.scores) for poses in (source, aligned))
    if weight == 0 or np.isnan(after).all():
        return before
    if not moves and not np.isnan(before).all():
        after = after + np.nanmedian(before) - np.nanmedian(after)
    return after if weight == 1 else _mix(before, after, np.float32(weight))


def _mix(of_source: Floats, of_target: Floats, share: Floats | np.float32) -> Floats:
    mixed: Floats = (1 - share) * of_source + share * of_target
    return mixed
