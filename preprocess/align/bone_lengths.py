"""Bone lengths of a person, estimated by a network from the 2-D poses of a clip.

No single frame shows all lengths: limbs are foreshortened, knees are bent, legs are outside the frame. The network
infers the foreshortening from the poses, and hidden bones from visible ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields

import numpy as np

from preprocess.pose.skeleton import L_HIP, L_SHOULDER, LIMBS, R_HIP, R_SHOULDER, VISIBLE
from preprocess.types import Floats, PoseSequence

MAX_FRAMES = 24
"""Frames of one network input; a longer clip is split into interleaved subsets, whose estimates are averaged."""

_BONES = np.array([*LIMBS, (R_SHOULDER, L_SHOULDER), (R_HIP, L_HIP)])
FEATURE_COUNT = 18 * 3 + 2 * len(_BONES)


@dataclass(frozen=True)
class BoneLengths:
    """Bone lengths in pixels of the clip, at the person's typical distance from the camera.

    `torso` is from neck to hips, `head` from neck to nose; thighs, shins and arms are means of both sides. `drop` is
    not a bone length but the typical height of the neck above the lower ankle.
    """

    torso: float
    shoulders: float
    hips: float
    thighs: float
    shins: float
    upper_arms: float
    forearms: float
    head: float
    drop: float

    @property
    def stature(self) -> float:
        """The standing height from ankles to neck."""
        return self.torso + self.thighs + self.shins

    def proportions_to(self, other: BoneLengths) -> BoneLengths:
        """The ratio of each length to another person's, with both scaled to the same stature."""
        size = self.stature / other.stature
        return BoneLengths(*(own / others / size for own, others in zip(astuple(self), astuple(other), strict=True)))


LENGTH_COUNT = len(fields(BoneLengths))


@dataclass(frozen=True)
class BoneLengthEstimator:
    """Estimates bone lengths; `predictor` is the network, f32 [F, FEATURE_COUNT] to log lengths f32 [LENGTH_COUNT]."""

    predictor: Callable[[Floats], Floats]

    def estimate(self, poses: PoseSequence) -> BoneLengths | None:
        """The bone lengths from poses without joints outside the frame; None where no joint is visible."""
        seen = poses.body_scores > VISIBLE
        frames = np.flatnonzero(seen.any(axis=1))
        if not len(frames):
            return None
        features, unit = bone_length_features(poses.body[frames], seen[frames])
        subsets = -(-len(frames) // MAX_FRAMES)
        logarithms = np.mean([self.predictor(features[first::subsets]) for first in range(subsets)], axis=0)
        return BoneLengths(*(float(unit) * np.exp(logarithms)).tolist())


def bone_length_features(joints: Floats, seen: np.ndarray) -> tuple[Floats, Floats]:
    """The network's features f32 [..., F, FEATURE_COUNT], and the unit of length in pixels f32 [...].

    `joints` f32 [..., F, 18, 2], `seen` [..., F, 18]. The features are the joints relative to their frame's mean, in
    units of their spread over the clip; which are seen; the apparent bone lengths; and which of these are seen.
    """
    weights = seen[..., None].astype(np.float32)
    centre = (joints * weights).sum(axis=-2, keepdims=True) / weights.sum(axis=-2, keepdims=True).clip(1)
    offsets = (joints - centre) * weights
    spread = np.square(offsets).sum(axis=(-3, -2, -1)) / weights.sum(axis=(-3, -2, -1)).clip(1)
    unit = np.sqrt(spread).clip(1e-3)
    offsets = offsets / unit[..., None, None, None]
    starts, ends = _BONES.T
    linked = weights[..., starts, 0] * weights[..., ends, 0]
    bones = np.linalg.norm(offsets[..., starts, :] - offsets[..., ends, :], axis=-1) * linked
    parts = offsets.reshape(*offsets.shape[:-2], -1), weights[..., 0], bones, linked
    return np.concatenate(parts, axis=-1).astype(np.float32), unit.astype(np.float32)
