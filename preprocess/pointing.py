"""The person that somebody points at, found in one frame and followed from there."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from preprocess.tracking import Box, Look, Sighting, Track, find_everybody, follow, glance_at, look_inside
from preprocess.types import ClipPoint, Frame, Frames, InputError

CLOSER_LOOKS = (0.6, 0.35)  # of the picture's longer side: where people near to each other hide one another
REACH = 0.1  # around a person's box, in box sizes: this near, the point is meant for them


def follow_chosen(look: Look, frames: Frames, at: ClipPoint) -> Generator[int, None, Track]:
    """Yield the number of frames looked at, return the track of the person at a point.

    Somebody of the same size who is elsewhere is never taken for a person who was lost. InputError where the
    point is outside the clip, or nobody is there.
    """
    if at.frame >= len(frames):
        raise InputError(f"The point is in frame {at.frame}; the clip has frames 0 to {len(frames) - 1}. Choose one.")
    person = find_person(look, frames[at.frame], at)
    if person is None:
        raise InputError(f"Nobody was found at {at.x:g}, {at.y:g} in frame {at.frame}. Point at a person's body.")
    has_others = len(find_everybody(look, frames[at.frame])) > 1
    glances = yield from glance_at(look, frames)
    return follow(look, frames, glances, at.frame, person, patience=len(frames), has_others=has_others)


def find_person(look: Look, frame: Frame, at: ClipPoint) -> Sighting | None:
    """Who is at a point of a picture: whose mask holds it, else whose box does, the nearest of them first."""
    height, width = frame.shape[:2]
    x, y = at.pixel((width, height))
    people = [*find_everybody(look, frame), *_look_closer(look, frame, x, y)]
    near = [person for person in people if _holds(person.box(REACH), x, y)]
    place = np.array((x, y))
    return min(near, key=lambda one: (not one.mask[y, x], np.linalg.norm(one.centre - place)), default=None)


def _look_closer(look: Look, frame: Frame, x: int, y: int) -> Iterator[Sighting]:
    """Who is seen in squares around the point."""
    height, width = frame.shape[:2]
    for share in CLOSER_LOOKS:
        half = max(1, round(share * max(width, height) / 2))
        box = max(0, x - half), max(0, y - half), min(width, x + half), min(height, y + half)
        if person := look_inside(look, frame, box):
            yield person


def _holds(box: Box, x: int, y: int) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom
