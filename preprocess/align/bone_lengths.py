"""How long the parts of somebody's body are, as a network reads it from the poses of a clip.

No frame shows a length: limbs point towards the camera, knees are bent, the picture cuts off the legs. But how a body
holds itself tells how far it is foreshortened, and what is seen of it tells of the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields

import numpy as np

from preprocess.pose.skeleton import L_HIP, L_SHOULDER, LIMBS, R_HIP, R_SHOULDER, SEEN
from preprocess.types import Floats, PoseSequence

AT_ONCE = 24
"""Frames that a network looks at together, at most; longer clips are read several times."""

_BONES = np.array([*LIMBS, (R_SHOULDER, L_SHOULDER), (R_HIP, L_HIP)])
FEATURES = 18 * 3 + 2 * len(_BONES)


@dataclass(frozen=True)
class BoneLengths:
    """In pixels of the clip, at the distance that the person mostly has from the camera.

    `torso` from neck to hips; `head` from neck to nose; thighs, shins and arms are means of both sides. `drop` is no
    length of the body: how far the lower ankle is below the neck, as the person mostly holds themself.
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
        """From the ankles to the neck, upright."""
        return self.torso + self.thighs + self.shins

    def build(self, other: BoneLengths) -> BoneLengths:
        """How many times as long each is as another person's, were both of one stature."""
        size = self.stature / other.stature
        return BoneLengths(*(ours / theirs / size for ours, theirs in zip(astuple(self), astuple(other), strict=True)))


COUNT = len(fields(BoneLengths))


@dataclass(frozen=True)
class BoneLengthEstimator:
    """`judge` is the network: what frames show, f32 [F, FEATURES], to the logarithms of the lengths f32 [COUNT]."""

    judge: Callable[[Floats], Floats]

    def read(self, poses: PoseSequence) -> BoneLengths | None:
        """The lengths that poses show; None where nobody is seen. Joints guessed outside the picture belong to none."""
        seen = poses.body_scores > SEEN
        known = np.flatnonzero(seen.any(axis=1))
        if not len(known):
            return None
        features, unit = describe_bone_lengths(poses.body[known], seen[known])
        times = -(-len(known) // AT_ONCE)
        logarithms = np.mean([self.judge(features[first::times]) for first in range(times)], axis=0)
        return BoneLengths(*(float(unit) * np.exp(logarithms)).tolist())


def describe_bone_lengths(joints: Floats, seen: np.ndarray) -> tuple[Floats, Floats]:
    """What frames show, f32 [..., F, FEATURES], and the unit of length in pixels f32 [...].

    `joints` f32 [..., F, 18, 2], `seen` [..., F, 18]. Joints are taken from their frame's middle, in units of their
    spread over the clip; then which are seen, how long the bones look, and which of these are seen.
    """
    weights = seen[..., None].astype(np.float32)
    middle = (joints * weights).sum(axis=-2, keepdims=True) / weights.sum(axis=-2, keepdims=True).clip(1)
    places = (joints - middle) * weights
    spread = np.square(places).sum(axis=(-3, -2, -1)) / weights.sum(axis=(-3, -2, -1)).clip(1)
    unit = np.sqrt(spread).clip(1e-3)
    places = places / unit[..., None, None, None]
    starts, ends = _BONES.T
    linked = weights[..., starts, 0] * weights[..., ends, 0]
    bones = np.linalg.norm(places[..., starts, :] - places[..., ends, :], axis=-1) * linked
    parts = places.reshape(*places.shape[:-2], -1), weights[..., 0], bones, linked
    return np.concatenate(parts, axis=-1).astype(np.float32), unit.astype(np.float32)
