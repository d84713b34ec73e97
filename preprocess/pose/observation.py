"""Select, track and report one person: short gaps interpolated, doubtful frames as warnings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from preprocess.pose.skeleton import JOINTS
from preprocess.pose.tracking import (
    DetectFn,
    PersonDetection,
    PixelBox,
    Track,
    detect_frames,
    detect_inside,
    detect_people,
    fill_gaps,
    follow,
    follow_largest,
)
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Bools, Clip, ClipPoint, Frame, Frames, InputError, MaskSequence, Observation, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode

MAX_GAP = 5  # frames that are interpolated, ...
MAX_GAP_SECONDS = 0.25  # ... unless they last longer
CLOSE_UPS = (0.6, 0.35)  # of the frame's longer side: squares searched where people overlap
POINT_MARGIN = 0.1  # around a person's box, in box sizes, in which a point selects the person


def observe(
    detect: DetectFn,
    clip: Clip,
    person: ClipPoint | None,
    mask_origin: str | None,
    on_progress: OnProgress = ignore_progress,
) -> Observation:
    """Track the person at a point, by default the largest one, with a single-person detector.

    `on_progress` gets the number of frames done. InputError where no person is found.
    """
    if person:
        track = follow_selected(detect, clip.frames, person, on_progress)
        return to_observation(track, clip, "chosen", mask_origin)
    return to_observation(follow_largest(detect, clip.frames, on_progress), clip, "largest", mask_origin)


def follow_selected(
    detect: DetectFn, frames: Frames, point: ClipPoint, on_progress: OnProgress = ignore_progress
) -> Track:
    """Track the person at a point; `on_progress` gets the number of frames done.

    Another person of the same size is never mistaken for a lost one. InputError where the point is outside the clip,
    or no person is found there.
    """
    if point.frame >= len(frames):
        raise InputError(
            f"The point is in frame {point.frame}; the clip has frames 0 to {len(frames) - 1}. Choose one."
        )
    person = find_selected(detect, frames[point.frame], point)
    if person is None:
        raise InputError(
            f"No person is found at {point.x:g}, {point.y:g} in frame {point.frame}. Choose a point on a person's body."
        )
    has_others = len(detect_people(detect, frames[point.frame])) > 1
    detections = detect_frames(detect, frames, on_progress)
    return follow(detect, frames, detections, point.frame, person, max_misses=len(frames), has_others=has_others)


def find_selected(detect: DetectFn, frame: Frame, point: ClipPoint) -> PersonDetection | None:
    """The person at a point of a frame: by the masks that contain it, else by the boxes; the nearest of several."""
    height, width = frame.shape[:2]
    x, y = point.pixel((width, height))
    people = [*detect_people(detect, frame), *_detect_close_up(detect, frame, x, y)]
    near = [person for person in people if _contains(person.box(POINT_MARGIN), x, y)]
    position = np.array((x, y))
    return min(near, key=lambda one: (not one.mask[y, x], np.linalg.norm(one.centre - position)), default=None)


def _detect_close_up(detect: DetectFn, frame: Frame, x: int, y: int) -> Iterator[PersonDetection]:
    """The people detected in squares around the point."""
    height, width = frame.shape[:2]
    for fraction in CLOSE_UPS:
        half = max(1, round(fraction * max(width, height) / 2))
        box = max(0, x - half), max(0, y - half), min(width, x + half), min(height, y + half)
        if person := detect_inside(detect, frame, box):
            yield person


def _contains(box: PixelBox, x: int, y: int) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom


def to_observation(track: Track, clip: Clip, who: str, mask_origin: str | None) -> Observation:
    """The track as poses, and as masks where the estimator segments too and `mask_origin` names it.

    `who` names the tracked person for the warning about other people. Gaps of at most five frames, and at most a
    quarter of a second, are interpolated; a warning names the frames of longer ones. InputError where the track has no
    detection.
    """
    if not any(track.detections):
        raise InputError(
            f"No person was found in the clip (frames searched: {len(clip)}). It needs one person, visible from head "
            "to knee or more and large enough to tell arms from legs. Choose another clip or another part of it."
        )
    width, height = clip.size
    missing = PersonDetection(
        np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32), np.zeros((height, width), bool)
    )
    people = [person or missing for person in track.detections]
    detected = np.array([person is not None for person in track.detections])
    longest = min(MAX_GAP, int(MAX_GAP_SECONDS * clip.fps))
    keypoints, scores = fill_gaps(
        np.stack([person.keypoints for person in people]), np.stack([person.scores for person in people]), longest
    )
    posed = scores.max(axis=1) > 0
    return Observation(
        PoseSequence(keypoints, scores, clip.size),
        MaskSequence(np.stack([person.mask for person in people]), mask_origin) if mask_origin else None,
        _warnings(detected, posed, who if track.has_others else None),
        track.has_others,
    )


def _warnings(detected: Bools, posed: Bools, one_of_several: str | None) -> tuple[ClipWarning, ...]:
    warnings = []
    if not posed.all():
        warnings.append(ClipWarning.of_frames(WarningCode.NO_PERSON, ~posed))
    if (posed & ~detected).any():
        warnings.append(ClipWarning.of_frames(WarningCode.POSE_INTERPOLATED, posed & ~detected))
    if one_of_several:
        warnings.append(ClipWarning(WarningCode.SEVERAL_PEOPLE, values={"followed": one_of_several}))
    return tuple(warnings)
