"""From the track of a person to what an estimator reports: gaps filled, doubts in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from preprocess.pose.skeleton import JOINTS
from preprocess.pose.tracking import (
    Box,
    DetectFn,
    PersonDetection,
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

LONGEST_GAP = 5  # frames, and no longer than
LONGEST_GAP_SECONDS = 0.25


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


def to_observation(track: Track, clip: Clip, who: str, mask_origin: str | None) -> Observation:
    """The track as poses, and as masks where the estimator finds them too and `mask_origin` names them.

    `who` says which of several people was followed. Gaps of up to five frames and a quarter of a second are
    filled; longer ones stay missing and are named in the warnings. InputError where nobody is found.
    """
    if not any(track.sightings):
        raise InputError(
            f"No person was found in the clip (frames looked at: {len(clip)}). It needs one person, seen from head "
            "to knee or more and large enough to tell arms from legs. Choose another clip or another part of it."
        )
    width, height = clip.size
    nobody = PersonDetection(
        np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32), np.zeros((height, width), bool)
    )
    people = [person or nobody for person in track.sightings]
    found = np.array([person is not None for person in track.sightings])
    longest = min(LONGEST_GAP, int(LONGEST_GAP_SECONDS * clip.fps))
    keypoints, scores = fill_gaps(
        np.stack([person.keypoints for person in people]), np.stack([person.scores for person in people]), longest
    )
    known = scores.max(axis=1) > 0
    return Observation(
        PoseSequence(keypoints, scores, clip.size),
        MaskSequence(np.stack([person.mask for person in people]), mask_origin) if mask_origin else None,
        _warnings(found, known, who if track.has_others else None),
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


CLOSER_LOOKS = (0.6, 0.35)  # of the picture's longer side: where people near to each other hide one another
REACH = 0.1  # around a person's box, in box sizes: this near, the point is meant for them


def follow_selected(
    detect: DetectFn, frames: Frames, at: ClipPoint, on_progress: OnProgress = ignore_progress
) -> Track:
    """Yield the number of frames looked at, return the track of the person at a point.

    Somebody of the same size who is elsewhere is never taken for a person who was lost. InputError where the
    point is outside the clip, or nobody is there.
    """
    if at.frame >= len(frames):
        raise InputError(f"The point is in frame {at.frame}; the clip has frames 0 to {len(frames) - 1}. Choose one.")
    person = find_selected(detect, frames[at.frame], at)
    if person is None:
        raise InputError(f"Nobody was found at {at.x:g}, {at.y:g} in frame {at.frame}. Point at a person's body.")
    has_others = len(detect_people(detect, frames[at.frame])) > 1
    detections = detect_frames(detect, frames, on_progress)
    return follow(detect, frames, detections, at.frame, person, patience=len(frames), has_others=has_others)


def find_selected(detect: DetectFn, frame: Frame, at: ClipPoint) -> PersonDetection | None:
    """Who is at a point of a picture: whose mask holds it, else whose box does, the nearest of them first."""
    height, width = frame.shape[:2]
    x, y = at.pixel((width, height))
    people = [*detect_people(detect, frame), *_look_closer(detect, frame, x, y)]
    near = [person for person in people if _holds(person.box(REACH), x, y)]
    place = np.array((x, y))
    return min(near, key=lambda one: (not one.mask[y, x], np.linalg.norm(one.centre - place)), default=None)


def _look_closer(detect: DetectFn, frame: Frame, x: int, y: int) -> Iterator[PersonDetection]:
    """Who is seen in squares around the point."""
    height, width = frame.shape[:2]
    for share in CLOSER_LOOKS:
        half = max(1, round(share * max(width, height) / 2))
        box = max(0, x - half), max(0, y - half), min(width, x + half), min(height, y + half)
        if person := detect_inside(detect, frame, box):
            yield person


def _holds(box: Box, x: int, y: int) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom
