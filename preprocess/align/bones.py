"""Retargeting bone by bone: the target's directions with the source's lengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from preprocess.align.ground import interpolated, lower_ankle
from preprocess.align.person import believed
from preprocess.skeleton import (
    FACE,
    L_WRIST,
    LEFT_HAND,
    LIMBS,
    NOSE,
    R_WRIST,
    RIGHT_HAND,
)
from preprocess.types import Floats, PoseSequence

# Each limb's partner on the other side: both have one length, which steadies the measure.
_SIDES = ((0, 1), (2, 4), (3, 5), (6, 9), (7, 10), (8, 11), (12,), (13, 15), (14, 16))
_FOLLOWERS = ((LEFT_HAND, L_WRIST), (RIGHT_HAND, R_WRIST), (FACE, NOSE))
FEWEST = 3  # measures that a median needs
FARTHEST = 2.0  # a bone this much longer or shorter than the body's scale is a wrong joint


def retarget(source: PoseSequence, moved: PoseSequence) -> PoseSequence:
    """The `moved` (similarity-aligned) target poses with every limb at the source's length.

    A limb's factor is the ratio of its median lengths over the believed frames of both clips, so that
    foreshortening stays the target's. The neck stays, limbs follow outward from it, hands and face ride
    along unscaled; then the lower ankle is put back on its height before, so that feet keep their foot line.
    """
    factors = _bone_factors(source, moved)
    keypoints = moved.keypoints.copy()
    for (start, end), factor in zip(LIMBS, factors, strict=True):
        linked = (moved.scores[:, [start, end]] > 0).all(axis=1)
        bone = moved.keypoints[:, end] - moved.keypoints[:, start]
        keypoints[linked, end] = (keypoints[:, start] + factor * bone)[linked]
    for part, joint in _FOLLOWERS:
        keypoints[:, part] += (keypoints[:, joint] - moved.keypoints[:, joint])[:, None]
    lift = interpolated(lower_ankle(moved.keypoints, moved.scores) - lower_ankle(keypoints, moved.scores))
    keypoints[..., 1] += lift[:, None]
    return replace(moved, keypoints=np.where(moved.scores[..., None] > 0, keypoints, 0).astype(np.float32))


def _bone_factors(source: PoseSequence, moved: PoseSequence) -> Floats:
    """Source length over moved target's length, one a limb; 1 where too few frames show it."""
    factors = np.ones(len(LIMBS), np.float32)
    for sides in _SIDES:
        wanted, given = _median_length(source, sides), _median_length(moved, sides)
        if given > 0 and 1 / FARTHEST <= wanted / given <= FARTHEST:
            factors[list(sides)] = wanted / given
    return factors


def _median_length(poses: PoseSequence, sides: tuple[int, ...]) -> float:
    starts, ends = zip(*[LIMBS[limb] for limb in sides], strict=True)
    lengths = np.linalg.norm(believed(poses, *ends) - believed(poses, *starts), axis=-1)
    known = lengths[~np.isnan(lengths)]
    return float(np.median(known)) if len(known) >= FEWEST else float("nan")
