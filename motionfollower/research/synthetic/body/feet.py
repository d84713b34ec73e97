"""Foot planting: fit a motion to a body so that it touches the floor and standing feet do not slide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.body.skeleton import Skeleton
from motionfollower.research.synthetic.motion.types import LEGS, Motion

NEAR_FLOOR = 0.045  # metres: maximum height of a standing foot
STANCE_SPEED = 0.55  # metres per second: maximum speed of a standing foot
MIN_STANCE = 0.1  # seconds
JUMP = 0.55  # seconds before and after within which the floor is touched
SETTLE = 0.3  # seconds: smoothing of the floor height
LEAN = 0.12  # seconds: smoothing of the pelvis


def plant_feet(motion: Motion, skeleton: Skeleton, sole: float) -> Motion:
    """The motion with its root in metres and its feet on the floor y = 0; `sole` is the thickness of the soles."""
    fitted = replace(motion, root=motion.root * skeleton.legs.length)
    fitted = _raise_root(fitted, -_floor_height(_heights(fitted, skeleton, sole).min(axis=1), motion.fps))
    return _plant_root(fitted, skeleton, sole)


def _heights(motion: Motion, skeleton: Skeleton, sole: float) -> Doubles:
    """Height of the lowest point of each foot above the floor, f64 [F, 2]."""
    feet = motion.segments[:, [leg[2] for leg in LEGS]]
    points = np.einsum("fsj,snj->fsn", feet[:, :, 1], skeleton.soles)
    return np.asarray(skeleton.legs.ankles(motion)[..., 1] + points.min(axis=2) - sole)


def _raise_root(motion: Motion, height: Doubles) -> Motion:
    return replace(motion, root=motion.root + height[:, None] * [0, 1, 0])


def _floor_height(lowest: Doubles, fps: float) -> Doubles:
    """Floor height f64 [F] from the lowest foot: its minimum over nearby frames, so that jumps are kept."""
    touched = minimum_filter1d(lowest, 2 * round(JUMP * fps) + 1, mode="nearest")
    return np.asarray(np.minimum(gaussian_filter1d(touched, SETTLE * fps, mode="nearest"), lowest + 0.012))


def _plant_root(motion: Motion, skeleton: Skeleton, sole: float) -> Motion:
    """Fix each standing foot in place: the pelvis follows the corrections, inverse kinematics bends the knees."""
    ankles, heights = skeleton.legs.ankles(motion), _heights(motion, skeleton, sole)
    corrections = np.stack([_correct(ankles[:, side], heights[:, side], motion.fps) for side in (0, 1)], axis=1)
    follow = gaussian_filter1d(corrections.mean(axis=1), LEAN * motion.fps, axis=0, mode="nearest")
    moved = replace(motion, root=motion.root + follow)
    return skeleton.legs.reach(moved, ankles + corrections)


def _correct(ankle: Doubles, height: Doubles, fps: float) -> Doubles:
    """The correction of one ankle f64 [F, 3]: fixed during stances, interpolated between them."""
    correction = np.zeros_like(ankle)
    is_standing = np.zeros(len(ankle), bool)
    for stance in _stances(ankle, height, fps):
        correction[stance] = (ankle[stance].mean(axis=0) - ankle[stance]) * [1, 0, 1]
        correction[stance, 1] = -height[stance]
        is_standing[stance] = True
    frames = np.arange(len(ankle))
    if is_standing.any():
        columns = [np.interp(frames, frames[is_standing], column[is_standing]) for column in correction.T]
        correction = np.stack(columns, axis=1)
    correction[:, 1] = np.maximum(correction[:, 1], -height)
    return correction


def _stances(ankle: Doubles, height: Doubles, fps: float) -> Iterator[slice]:
    """The frame ranges in which a foot stands."""
    speed = np.linalg.norm(np.gradient(ankle[:, [0, 2]], axis=0), axis=1) * fps if len(ankle) > 1 else 0 * height
    for start, end in _runs((height < NEAR_FLOOR) & (speed < STANCE_SPEED)):
        if end - start >= max(2, MIN_STANCE * fps):
            yield slice(start, end)


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
