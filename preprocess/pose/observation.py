"""From the track of a person to what an estimator reports: gaps filled, doubts in sentences."""

from __future__ import annotations

from collections.abc import Generator, Iterator

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
)
from preprocess.progress import frame_list
from preprocess.types import Bools, Clip, ClipPoint, Frame, Frames, InputError, MaskSequence, Observation, PoseSequence

LONGEST_GAP = 5  # frames, and no longer than
LONGEST_GAP_SECONDS = 0.25


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


def _warnings(found: Bools, known: Bools, one_of_several: str | None) -> tuple[str, ...]:
    sentences = []
    if not known.all():
        sentences.append(f"No person found in {frame_list(~known)} of the clip; nothing is edited there.")
    if (known & ~found).any():
        sentences.append(f"The pose in {frame_list(known & ~found)} is filled in from the frames around.")
    if one_of_several:
        sentences.append(f"More than one person is seen; the {one_of_several} one is followed.")
    return tuple(sentences)


CLOSER_LOOKS = (0.6, 0.35)  # of the picture's longer side: where people near to each other hide one another
REACH = 0.1  # around a person's box, in box sizes: this near, the point is meant for them


def follow_selected(look: DetectFn, frames: Frames, at: ClipPoint) -> Generator[int, None, Track]:
    """Yield the number of frames looked at, return the track of the person at a point.

    Somebody of the same size who is elsewhere is never taken for a person who was lost. InputError where the
    point is outside the clip, or nobody is there.
    """
    if at.frame >= len(frames):
        raise InputError(f"The point is in frame {at.frame}; the clip has frames 0 to {len(frames) - 1}. Choose one.")
    person = find_selected(look, frames[at.frame], at)
    if person is None:
        raise InputError(f"Nobody was found at {at.x:g}, {at.y:g} in frame {at.frame}. Point at a person's body.")
    has_others = len(detect_people(look, frames[at.frame])) > 1
    glances = yield from detect_frames(look, frames)
    return follow(look, frames, glances, at.frame, person, patience=len(frames), has_others=has_others)


def find_selected(look: DetectFn, frame: Frame, at: ClipPoint) -> PersonDetection | None:
    """Who is at a point of a picture: whose mask holds it, else whose box does, the nearest of them first."""
    height, width = frame.shape[:2]
    x, y = at.pixel((width, height))
    people = [*detect_people(look, frame), *_look_closer(look, frame, x, y)]
    near = [person for person in people if _holds(person.box(REACH), x, y)]
    place = np.array((x, y))
    return min(near, key=lambda one: (not one.mask[y, x], np.linalg.norm(one.centre - place)), default=None)


def _look_closer(look: DetectFn, frame: Frame, x: int, y: int) -> Iterator[PersonDetection]:
    """Who is seen in squares around the point."""
    height, width = frame.shape[:2]
    for share in CLOSER_LOOKS:
        half = max(1, round(share * max(width, height) / 2))
        box = max(0, x - half), max(0, y - half), min(width, x + half), min(height, y + half)
        if person := detect_inside(look, frame, box):
            yield person


def _holds(box: Box, x: int, y: int) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom
