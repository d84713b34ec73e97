"""Feet that stand: a motion fitted to one body so that it touches the floor and its feet don't slide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.body.skeleton import Skeleton
from motionfollower.research.synthetic.motion.types import LEGS, Motion

NEAR_FLOOR = 0.045  # metres: lower feet may stand
STANDING_SPEED = 0.55  # metres a second: slower feet may stand
SHORTEST_STAND = 0.1  # seconds
JUMP = 0.55  # seconds before and after, within which the floor was touched
SETTLE = 0.3  # seconds, over which the floor's height may change
LEAN = 0.12  # seconds, over which the pelvis follows the feet


def stand(motion: Motion, skeleton: Skeleton, sole: float) -> Motion:
    """The motion with its root in metres and its feet on the floor, y = 0; `sole` is how thick the shoes' are."""
    fitted = replace(motion, root=motion.root * skeleton.legs.length)
    fitted = _raise(fitted, -_floor(_heights(fitted, skeleton, sole).min(axis=1), motion.fps))
    return _plant(fitted, skeleton, sole)


def _heights(motion: Motion, skeleton: Skeleton, sole: float) -> Doubles:
    """How high above the floor the lowest point of each foot is, f64 [F, 2]."""
    feet = motion.segments[:, [leg[2] for leg in LEGS]]
    points = np.einsum("fsj,snj->fsn", feet[:, :, 1], skeleton.soles)
    return np.asarray(skeleton.legs.ankles(motion)[..., 1] + points.min(axis=2) - sole)


def _raise(motion: Motion, height: Doubles) -> Motion:
    return replace(motion, root=motion.root + height[:, None] * [0, 1, 0])


def _floor(lowest: Doubles, fps: float) -> Doubles:
    """The floor under the lowest foot f64 [F]: what it touched nearby in time, so that jumps stay jumps."""
    touched = minimum_filter1d(lowest, 2 * round(JUMP * fps) + 1, mode="nearest")
    return np.asarray(np.minimum(gaussian_filter1d(touched, SETTLE * fps, mode="nearest"), lowest + 0.012))


def _plant(motion: Motion, skeleton: Skeleton, sole: float) -> Motion:
    """Hold each standing foot where it stands; the pelvis gives way, the knees bend."""
    ankles, heights = skeleton.legs.ankles(motion), _heights(motion, skeleton, sole)
    corrections = np.stack([_correct(ankles[:, side], heights[:, side], motion.fps) for side in (0, 1)], axis=1)
    follow = gaussian_filter1d(corrections.mean(axis=1), LEAN * motion.fps, axis=0, mode="nearest")
    moved = replace(motion, root=motion.root + follow)
    return skeleton.legs.reach(moved, ankles + corrections)


def _correct(ankle: Doubles, height: Doubles, fps: float) -> Doubles:
    """What to add to one ankle, f64 [F, 3]: known while the foot stands, in between a way from one to the next."""
    correction = np.zeros_like(ankle)
    known = np.zeros(len(ankle), bool)
    for stand_ in _stands(ankle, height, fps):
        correction[stand_] = (ankle[stand_].mean(axis=0) - ankle[stand_]) * [1, 0, 1]
        correction[stand_, 1] = -height[stand_]
        known[stand_] = True
    frames = np.arange(len(ankle))
    if known.any():
        correction = np.stack([np.interp(frames, frames[known], column[known]) for column in correction.T], axis=1)
    correction[:, 1] = np.maximum(correction[:, 1], -height)
    return correction


def _stands(ankle: Doubles, height: Doubles, fps: float) -> Iterator[slice]:
    """The stretches in which a foot stands."""
    speed = np.linalg.norm(np.gradient(ankle[:, [0, 2]], axis=0), axis=1) * fps if len(ankle) > 1 else 0 * height
    for start, end in _runs((height < NEAR_FLOOR) & (speed < STANDING_SPEED)):
        if end - start >= max(2, SHORTEST_STAND * fps):
            yield slice(start, end)


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
