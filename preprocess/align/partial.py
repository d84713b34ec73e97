"""Partial motion: some parts of the body follow the target, fully or blended; the others keep the source's motion.

A blend of two poses interpolates the angle and the length of every bone, from the neck outward. Interpolating joint
positions instead would shorten the limbs.
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
    """The bones of a hand, attached to the body at the wrist."""
    return ((wrist, hand.start), *((hand.start + start, hand.start + end) for start, end in HAND_BONES))


BONES = (
    *LIMBS,
    *_hand(LEFT_HAND, L_WRIST),
    *_hand(RIGHT_HAND, R_WRIST),
    *((NOSE, joint) for joint in range(JOINTS)[FACE]),
)
"""The skeleton as a tree: each bone starts at the neck or at the end of an earlier bone."""

ARMS = {R_ELBOW, R_WRIST, L_ELBOW, L_WRIST, *range(JOINTS)[LEFT_HAND], *range(JOINTS)[RIGHT_HAND]}
LEGS = {R_KNEE, R_ANKLE, L_KNEE, L_ANKLE}
FOLLOWING_JOINTS: dict[Parts, set[int]] = {
    "all": set(range(JOINTS)),
    "upper": set(range(JOINTS)) - LEGS - {R_HIP, L_HIP, NECK},
    "arms": ARMS,
    "legs": LEGS,
}
"""The joints whose bones follow the target; if the neck does, the person moves to the target's position."""


@dataclass(frozen=True)
class PartialMotion:
    """Partial motion: which `parts` follow the target; `blend` is 0 for the source's motion, 1 for the target's."""

    parts: Parts = "all"
    blend: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether the whole body follows the target fully."""
        return self.parts == "all" and self.blend == 1

    def weights(self) -> Floats:
        """The target's blend weight in each joint's bone, f32 [128]."""
        weights = np.zeros(JOINTS, np.float32)
        weights[list(FOLLOWING_JOINTS[self.parts])] = self.blend
        return weights


def blend_motions(source: PoseSequence, aligned: PoseSequence, partial: PartialMotion) -> PoseSequence:
    """The source's poses with some parts moved as in the `aligned` target poses, both of the same length and size.

    The feet stay on the ground: the lower ankle is in the source's row, or in the target's where the legs follow; a
    person whose neck doesn't follow stays on the source's ground line. A joint is missing where the motion that it
    follows lacks it; a blend needs only one of the two.
    """
    if partial.is_whole:
        return aligned
    weights = partial.weights()
    keypoints, scores = np.zeros_like(source.keypoints), np.zeros_like(source.scores)
    keypoints[:, NECK], scores[:, NECK] = _blended_neck(source, aligned, weights[NECK])
    for start, end in BONES:
        bone, score = _blended_bone(source, aligned, (start, end), weights[end])
        score = np.where(scores[:, start] > 0, score, 0)
        keypoints[:, end] = np.where(score[:, None] > 0, keypoints[:, start] + bone, 0)
        scores[:, end] = score
    rows = _ankle_rows(source, aligned, weights[R_ANKLE], moves=weights[NECK] > 0)
    keypoints[..., 1] += interpolate_gaps(rows - lower_ankle(keypoints, scores))[:, None] * (scores > 0)
    return PoseSequence(keypoints, scores, source.size)


def _blended_neck(source: PoseSequence, aligned: PoseSequence, weight: float) -> tuple[Floats, Floats]:
    """The neck's position f32 [F, 2] and score f32 [F], interpolated linearly."""
    weights, is_known = _weights(source.scores[:, NECK] > 0, aligned.scores[:, NECK] > 0, weight)
    position = _lerp(source.keypoints[:, NECK], aligned.keypoints[:, NECK], weights[:, None])
    return position, _lerp(source.scores[:, NECK], aligned.scores[:, NECK], weights) * is_known


def _blended_bone(
    source: PoseSequence, aligned: PoseSequence, bone: tuple[int, int], weight: float
) -> tuple[Floats, Floats]:
    """A bone's vector f32 [F, 2] between the source's and the target's, and its score f32 [F]."""
    of_source, of_target = (np.asarray((poses.scores[:, bone] > 0).all(axis=1)) for poses in (source, aligned))
    weights, is_known = _weights(of_source, of_target, weight)
    before, after = (poses.keypoints[:, bone[1]] - poses.keypoints[:, bone[0]] for poses in (source, aligned))
    between = _rotated(before, after, of_source & of_target, weights)
    vector = np.where(weights[:, None] == 0, before, np.where(weights[:, None] == 1, after, between))
    return vector, _lerp(source.scores[:, bone[1]], aligned.scores[:, bone[1]], weights) * is_known


def _weights(of_source: Bools, of_target: Bools, weight: float) -> tuple[Floats, Bools]:
    """The target's weight f32 [F] where either bone may be missing, and the frames with a usable bone, bool [F]."""
    is_known = (of_source & (weight < 1)) | (of_target & (weight > 0))
    return np.where(of_source & of_target, weight, of_target & (weight > 0)).astype(np.float32), is_known


def _rotated(before: Floats, after: Floats, both: Bools, weights: Floats) -> Floats:
    """Vectors f32 [F, 2] rotated by a fraction of the angle from `before` to `after`, which is unwrapped over time."""
    start, end = (np.arctan2(vectors[:, 1], vectors[:, 0]) for vectors in (before, after))
    turn = np.zeros_like(start)
    turn[both] = np.unwrap((end - start)[both])
    if both.any():
        turn[both] -= 2 * np.pi * np.round(np.median(turn[both]) / (2 * np.pi))
    angle = start + weights * turn
    length = _lerp(np.linalg.norm(before, axis=-1), np.linalg.norm(after, axis=-1), weights)
    vectors: Floats = length[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return vectors


def _ankle_rows(source: PoseSequence, aligned: PoseSequence, weight: float, *, moves: bool) -> Floats:
    """The target row of the lower ankle f32 [F], NaN where unknown."""
    before, after = (lower_ankle(poses.keypoints, poses.scores) for poses in (source, aligned))
    if weight == 0 or np.isnan(after).all():
        return before
    if not moves and not np.isnan(before).all():
        after = after + np.nanmedian(before) - np.nanmedian(after)
    return after if weight == 1 else _lerp(before, after, np.float32(weight))


def _lerp(of_source: Floats, of_target: Floats, weight: Floats | np.float32) -> Floats:
    """Linear interpolation; `weight` is that of the target."""
    blended: Floats = (1 - weight) * of_source + weight * of_target
    return blended
