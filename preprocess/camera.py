"""How the camera moved: every frame of a clip registered to the first of its shot, by its background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.types import Bools, Floats, Frames

TRACKED_SIZE = 480  # points are tracked on pictures reduced to this long side
MAX_POINTS = 400
MIN_POINTS = 16
MIN_INLIERS = 0.5  # of the points tracked: fewer agree where the background is no plane, or moves
INLIER_DISTANCE = 1.5  # px of the reduced picture
MIN_GAIN = 0.8  # of the difference between two pictures may remain where a motion explains it
STILL_DIFFERENCE = 2.0  # levels
STILL_DISTANCE = 0.35  # px of the reduced picture: less is tracking noise, not a camera that moves
MAX_VIEW = 2.5  # a shot may see this many times the frame's width and height
KEYFRAME_SHIFT = 0.15  # of the long side: past this, points are tracked from a new frame


@dataclass(frozen=True)
class Shot:
    """Consecutive frames from `start` on whose backgrounds fit on one plane.

    `to_reference` f32 [n, 3, 3] are the homographies from each frame's pixels to the first frame's.
    """

    start: int
    to_reference: Floats

    @property
    def frames(self) -> range:
        """Indices of its frames in the clip."""
        return range(self.start, self.start + len(self.to_reference))


def find_shots(frames: Frames, holes: Bools) -> list[Shot]:
    """Split a clip where its camera can't be followed; frames uint8 [F, H, W, 3], holes bool [F, H, W].

    What is inside the holes (the person) is not looked at. Where a frame does not fit to the one before
    it, a new shot begins; a still camera gives one shot of identities.
    """
    scale = min(1.0, TRACKED_SIZE / max(frames.shape[1:3]))
    shots: list[Shot] = []
    start, motions = 0, [np.eye(3)]
    key, motion = 0, np.eye(3)  # the frame that points are tracked from, and the way from it to this frame
    for index in range(1, len(frames)):
        found = _follow(frames, holes, key, index, motion, scale)
        if found is None and key != index - 1:
            key = index - 1
            found = _follow(frames, holes, key, index, np.eye(3), scale)
        reference = None if found is None else motions[key - start] @ np.linalg.inv(found)
        if found is None or reference is None or not _is_in_view([*motions, reference], frames.shape[1:3]):
            shots.append(Shot(start, np.array(motions, np.float32)))
            start, key, motions, motion = index, index, [np.eye(3)], np.eye(3)
            continue
        motions.append(reference)
        motion = found
        if _shift(motion, frames.shape[1:3]) > KEYFRAME_SHIFT * max(frames.shape[1:3]):
            key, motion = index, np.eye(3)
    shots.append(Shot(start, np.array(motions, np.float32)))
    return shots


def _follow(
    frames: Frames, holes: Bools, first: int, second: int, guess: np.ndarray, scale: float
) -> np.ndarray | None:
    """The homography that takes the background of one frame to another's; None where none fits."""
    before, after = _reduced(frames[first], scale), _reduced(frames[second], scale)
    clear = [_reduced((~holes[k]).astype(np.uint8) * 255, scale) > 127 for k in (first, second)]
    reduce = np.diag([scale, scale, 1.0])
    corners, points = _track(before, after, clear, reduce @ guess @ np.linalg.inv(reduce))
    if len(points) >= MIN_POINTS:
        if np.median(np.linalg.norm(points - corners, axis=1)) < STILL_DISTANCE:
            return np.eye(3)
        homography, inliers = cv2.findHomography(corners, points, cv2.RANSAC, INLIER_DISTANCE)
        fits = homography is not None and inliers.mean() >= MIN_INLIERS
        if fits and _explains(before, after, clear[0], clear[1], homography):
            return np.asarray(np.linalg.inv(reduce) @ homography @ reduce)
    return np.eye(3) if _looks_still(before, after, clear[0] & clear[1]) else None


def _explains(
    before: np.ndarray, after: np.ndarray, clear_before: np.ndarray, clear_after: np.ndarray, motion: np.ndarray
) -> bool:
    """Whether a motion makes the pictures alike; one found on a few moving shadows does not."""
    size = (after.shape[1], after.shape[0])
    moved = cv2.warpPerspective(before, motion, size)
    both = clear_after & clear_before & (cv2.warpPerspective(clear_before.astype(np.uint8), motion, size) > 0)
    if not both.any():
        return False
    return float(cv2.absdiff(moved, after)[both].mean()) < MIN_GAIN * float(cv2.absdiff(before, after)[both].mean())


def _track(
    before: np.ndarray, after: np.ndarray, clear: list[np.ndarray], guess: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Points of one picture's background and where they are in the other, both f32 [n, 2]."""
    nothing = np.zeros((0, 2), np.float32)
    inner = cv2.erode(clear[0].astype(np.uint8), np.ones((5, 5)))
    corners = cv2.goodFeaturesToTrack(before, MAX_POINTS, 0.005, 6, mask=inner)
    if corners is None:
        return nothing, nothing
    expected = cv2.perspectiveTransform(corners, guess).astype(np.float32)
    points, seen, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, expected, winSize=(15, 15), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    back, seen_back, _ = cv2.calcOpticalFlowPyrLK(
        after, before, points, corners.copy(), winSize=(15, 15), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    kept = (seen & seen_back)[:, 0].astype(bool) & (np.abs(back - corners).max((1, 2)) < 1)
    kept &= _is_clear(points, clear[1])
    return corners[kept, 0], points[kept, 0]


def _reduced(picture: np.ndarray, scale: float) -> np.ndarray:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    return grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _is_clear(points: np.ndarray, clear: np.ndarray) -> np.ndarray:
    x, y = np.round(points[:, 0]).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < clear.shape[1]) & (y < clear.shape[0])
    return np.asarray(inside & clear[y.clip(0, clear.shape[0] - 1), x.clip(0, clear.shape[1] - 1)])


def _looks_still(before: np.ndarray, after: np.ndarray, clear: np.ndarray) -> bool:
    """Whether a background too plain to track, or full of moving shadows, is for the most part unchanged."""
    return bool(clear.any()) and float(np.median(cv2.absdiff(before, after)[clear])) <= STILL_DIFFERENCE


def _corners(motion: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    return np.asarray(cv2.perspectiveTransform(corners, motion)[0])


def _shift(motion: np.ndarray, shape: tuple[int, ...]) -> float:
    return float(np.abs(_corners(motion, shape) - _corners(np.eye(3), shape)).max())


def _is_in_view(motions: list[np.ndarray], shape: tuple[int, ...]) -> bool:
    corners = np.concatenate([_corners(motion, shape) for motion in motions])
    height, width = shape
    return bool((np.ptp(corners, axis=0) <= (MAX_VIEW * width, MAX_VIEW * height)).all())
