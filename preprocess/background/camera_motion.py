"""Camera motion: homographies that register the background of every frame to that of the first frame of its shot."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.types import Bools, Floats, Frames

TRACKED_SIZE = 480  # points are tracked on frames reduced to this long side
MAX_POINTS = 400
MIN_POINTS = 16
MIN_INLIERS = 0.5  # fraction of the tracked points; fewer agree if the background is not planar or moves
INLIER_DISTANCE = 1.5  # px of the reduced frame
MAX_RESIDUAL = 0.8  # fraction of the frame difference that may remain after the motion is compensated
STILL_DIFFERENCE = 2.0  # grey levels
STILL_DISTANCE = 0.35  # px of the reduced frame: less is tracking noise, not a camera that moves
MAX_VIEW = 2.5  # a shot may span this many frame widths and heights
KEYFRAME_SHIFT = 0.15  # of the long side: beyond this shift, points are tracked from a new keyframe


@dataclass(frozen=True)
class Shot:
    """Consecutive frames from `start` on whose backgrounds are related by homographies.

    `to_reference` f32 [n, 3, 3] are the homographies from each frame's pixels to the first frame's.
    """

    start: int
    to_reference: Floats

    @property
    def frames(self) -> range:
        """The indices of its frames in the clip."""
        return range(self.start, self.start + len(self.to_reference))


@dataclass(frozen=True)
class _TrackedFrame:
    """A reduced frame in grey levels uint8 [h, w], and where it shows the background, bool [h, w]."""

    grey: np.ndarray
    background: np.ndarray


def find_shots(frames: Frames, holes: Bools) -> list[Shot]:
    """Split a clip where its camera can't be tracked; frames uint8 [F, H, W, 3], holes bool [F, H, W].

    Pixels inside the holes (the person) are ignored. Where a frame can't be registered to the previous one, a new
    shot begins; a static camera gives one shot of identities.
    """
    scale = min(1.0, TRACKED_SIZE / max(frames.shape[1:3]))
    tracked = [_reduce(frame, hole, scale) for frame, hole in zip(frames, holes, strict=True)]
    offset = (scale - 1) / 2  # pixel centres are at integers in both
    reduce = np.array([[scale, 0, offset], [0, scale, offset], [0, 0, 1]])
    shots: list[Shot] = []
    start = 0
    while start < len(tracked):
        motions = np.linalg.inv(reduce) @ np.stack(_track_shot(tracked[start:])) @ reduce
        shots.append(Shot(start, motions.astype(np.float32)))
        start += len(motions)
    return shots


def _reduce(frame: np.ndarray, hole: np.ndarray, scale: float) -> _TrackedFrame:
    grey, background = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (~hole).astype(np.uint8) * 255
    if scale < 1:
        grey, background = (
            cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for plane in (grey, background)
        )
    return _TrackedFrame(grey, background > 127)


def _track_shot(frames: list[_TrackedFrame]) -> list[np.ndarray]:
    """The homographies to the first frame from itself and the next ones, as long as they can be registered."""
    motions = [np.eye(3)]
    key, motion = 0, np.eye(3)  # the keyframe, and the homography from it to the latest frame
    for index in range(1, len(frames)):
        found = _register(frames[key], frames[index], motion)
        if found is None and key != index - 1:
            key = index - 1
            found = _register(frames[key], frames[index], np.eye(3))
        if found is None:
            break
        motions.append(motions[key] @ np.linalg.inv(found))
        if not _is_within_view(motions, frames[0].grey.shape):
            return motions[:-1]
        motion = found
        if _shift(motion, frames[0].grey.shape) > KEYFRAME_SHIFT * max(frames[0].grey.shape):
            key, motion = index, np.eye(3)
    return motions


def _register(before: _TrackedFrame, after: _TrackedFrame, guess: np.ndarray) -> np.ndarray | None:
    """The homography from the background of one frame to that of another; None where none fits."""
    corners, points = _track(before, after, guess)
    if len(points) >= MIN_POINTS:
        if np.median(np.linalg.norm(points - corners, axis=1)) < STILL_DISTANCE:
            return np.eye(3)
        homography, inliers = cv2.findHomography(corners, points, cv2.RANSAC, INLIER_DISTANCE)
        if homography is not None and inliers.mean() >= MIN_INLIERS and _explains(homography, before, after):
            return np.asarray(homography)
    return np.eye(3) if _looks_still(before, after) else None


def _track(before: _TrackedFrame, after: _TrackedFrame, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of one frame's background and their positions in the other, both f32 [n, 2]."""
    inner = cv2.erode(before.background.astype(np.uint8), np.ones((5, 5)))
    corners = cv2.goodFeaturesToTrack(before.grey, MAX_POINTS, 0.005, 6, mask=inner)
    if corners is None:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    points, seen = _flow(before.grey, after.grey, corners, cv2.perspectiveTransform(corners, guess))
    back, seen_back = _flow(after.grey, before.grey, points, corners.copy())
    kept = seen & seen_back & (np.abs(back - corners).max((1, 2)) < 1) & _is_background(points, after.background)
    return corners[kept, 0], points[kept, 0]


def _flow(
    before: np.ndarray, after: np.ndarray, corners: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The positions of corners f32 [n, 1, 2] in another frame, near the expected ones, and which are found."""
    points, seen, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, expected, winSize=(15, 15), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    return points, seen[:, 0] > 0


def _is_background(points: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Whether points f32 [n, 1, 2] lie inside the frame and on its background, bool [n]."""
    x, y = np.rint(points[:, 0]).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < background.shape[1]) & (y < background.shape[0])
    return np.asarray(inside & background[y.clip(0, background.shape[0] - 1), x.clip(0, background.shape[1] - 1)])


def _explains(motion: np.ndarray, before: _TrackedFrame, after: _TrackedFrame) -> bool:
    """Whether compensating a motion reduces the frame difference; one estimated on moving shadows does not."""
    size = after.grey.shape[::-1]
    moved = cv2.warpPerspective(before.grey, motion, size)
    both = (
        before.background
        & after.background
        & (cv2.warpPerspective(before.background.astype(np.uint8), motion, size) > 0)
    )
    if not both.any():
        return False
    residual, difference = (float(cv2.absdiff(grey, after.grey)[both].mean()) for grey in (moved, before.grey))
    return residual < MAX_RESIDUAL * difference


def _looks_still(before: _TrackedFrame, after: _TrackedFrame) -> bool:
    """Whether a background that is too plain to track, or full of moving shadows, is mostly unchanged."""
    both = before.background & after.background
    return bool(both.any()) and float(np.median(cv2.absdiff(before.grey, after.grey)[both])) <= STILL_DIFFERENCE


def _corners(motion: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    return np.asarray(cv2.perspectiveTransform(corners, motion)[0])


def _shift(motion: np.ndarray, shape: tuple[int, ...]) -> float:
    return float(np.abs(_corners(motion, shape) - _corners(np.eye(3), shape)).max())


def _is_within_view(motions: list[np.ndarray], shape: tuple[int, ...]) -> bool:
    corners = np.concatenate([_corners(motion, shape) for motion in motions])
    height, width = shape
    return bool((np.ptp(corners, axis=0) <= (MAX_VIEW * width, MAX_VIEW * height)).all())
