"""Pictures for checking: poses, the aligned ghost, masks and what was pointed at, over the clips' frames."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from preprocess.clicks import MaskClick
from preprocess.draw_pose import draw_pose, draw_poses
from preprocess.types import Bools, ClipPoint, Frame, Frames, PoseSequence

DIMMED = 0.55
BLUE, ORANGE, PINK = (37, 99, 235), (249, 115, 22), (219, 39, 119)
GREEN, RED, WHITE = (22, 163, 74), (220, 38, 38), (255, 255, 255)
TINT = 0.5
POINT = 0.012  # of the picture's longer side: the radius of a point


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


def clicks_over(frame: Frame, mask: Bools, clicks: Iterable[MaskClick]) -> Frame:
    """A frame with a person's mask [H, W] in blue, and its clicks: green for the person, red for what isn't."""
    tinted = np.where(mask[..., None], _tint(frame, BLUE), frame)
    for click in clicks:
        _point(tinted, click.at, GREEN if click.is_person else RED)
    return tinted


def person_over(frame: Frame, mask: Bools, chosen: ClipPoint | None) -> Frame:
    """A frame in which all but the followed person is dimmed, with the point that chose them."""
    shown = np.where(mask[..., None], frame, (frame * DIMMED).astype(np.uint8))
    if chosen is not None:
        _point(shown, chosen, GREEN)
    return shown


def _point(picture: Frame, at: ClipPoint, colour: tuple[int, int, int]) -> None:
    size = (picture.shape[1], picture.shape[0])
    radius = max(3, round(POINT * max(size)))
    cv2.circle(picture, at.pixel(size), radius, colour, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, at.pixel(size), radius, WHITE, 1 + radius // 4, cv2.LINE_AA)
