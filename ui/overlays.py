"""Pictures for checking: poses, the aligned ghost and masks over the clips' frames."""

from __future__ import annotations

import numpy as np

from preprocess.draw_pose import draw_pose, draw_poses
from preprocess.types import Bools, Frame, Frames, PoseSequence

DIMMED = 0.55
BLUE, ORANGE, PINK = (37, 99, 235), (249, 115, 22), (219, 39, 119)
TINT = 0.5


def poses_over(frames: Frames, poses: PoseSequence) -> Frames:
    """Poses drawn over their dimmed frames, uint8 [F, H, W, 3]."""
    return _over(frames, draw_poses(poses))


def ghost_over(frame: Frame, poses: PoseSequence, index: int) -> Frame:
    """One frame of the source with an aligned pose over it."""
    return _over(frame, draw_pose(poses.keypoints[index], poses.scores[index], poses.size))


def _over(frames: Frames, drawn: Frames) -> Frames:
    is_drawn = drawn.any(axis=-1, keepdims=True)
    return np.where(is_drawn, drawn, (frames * DIMMED).astype(np.uint8))


def masks_over(frames: Frames, source: Bools, target: Bools) -> Frames:
    """Masks [F, H, W] over frames: the person before in blue, afterwards in orange, what must be invented in pink."""
    tinted = frames
    for mask, colour in ((source & target, BLUE), (source & ~target, PINK), (target & ~source, ORANGE)):
        tinted = np.where(mask[..., None], _tint(tinted, colour), tinted)
    return tinted


def _tint(frames: Frames, colour: tuple[int, int, int]) -> Frames:
    mixed = frames * (1 - TINT) + np.array(colour) * TINT
    return np.asarray(mixed, np.uint8)
