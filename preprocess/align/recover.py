"""Estimate the transforms by which poses that were supplied already aligned had been aligned."""

from __future__ import annotations

import numpy as np

from preprocess.pose.skeleton import VISIBLE
from preprocess.types import Alignment, AlignmentReport, Floats, PoseSequence


def recover(target_poses: PoseSequence, aligned_poses: PoseSequence) -> Alignment:
    """Fit the scale and shift of each frame that map the target's joints to the aligned ones, by least squares.

    The body joints that are visible in both are used; a frame with fewer than two takes the transform of the nearest
    frame.
    """
    both = (target_poses.body_scores > VISIBLE) & (aligned_poses.body_scores > VISIBLE)
    transforms = np.tile(np.eye(2, 3, dtype=np.float32), (len(target_poses), 1, 1))
    known = np.flatnonzero(both.sum(axis=1) > 1)
    for frame in known:
        seen = both[frame]
        transforms[frame] = _scale_and_shift(target_poses.body[frame, seen], aligned_poses.body[frame, seen])
    if len(known):
        nearest = known[abs(np.arange(len(both))[:, None] - known).argmin(axis=1)]
        transforms = transforms[nearest]
    return Alignment(aligned_poses, transforms, AlignmentReport("given"))


def _scale_and_shift(points: Floats, goals: Floats) -> Floats:
    centre, goal = points.mean(axis=0), goals.mean(axis=0)
    spread = ((points - centre) ** 2).sum()
    scale = ((points - centre) * (goals - goal)).sum() / max(float(spread), 1e-6)
    return np.concatenate([scale * np.eye(2), (goal - scale * centre)[:, None]], axis=1).astype(np.float32)
