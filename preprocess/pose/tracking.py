"""One person through a clip: the largest, kept from frame to frame, short gaps filled.

MediaPipe shows one person a picture, whichever it likes best. Every frame is looked at whole; the largest
person of a few frames, or the one that `pointing` finds, is then followed in both directions, and a frame that
shows somebody else, or nobody, is looked at again near where the person was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from preprocess.pose.skeleton import L_HIP, L_SHOULDER, R_HIP, R_SHOULDER, SEEN
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Bools, Floats, Frame, Frames

Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two are outside

TORSO = (R_SHOULDER, L_SHOULDER, R_HIP, L_HIP)
PROBES = 3  # frames that are searched for several people
CROWD = 3  # people searched for in one frame
PATIENCE = 5  # frames after which a missing person is lost
STRIDE = 0.75  # how far a torso may move between frames, in torso lengths
GROWTH = 1.6  # by how much it may grow or shrink
MARGIN = 0.4  # around the person's box when a frame is looked at again, in box sizes
SMALL = 0.4  # people below this share of the largest one's size go unmentioned


@dataclass(frozen=True)
class PersonDetection:
    """A person in one picture: joints f32 [128, 2] in pixels, scores f32 [128], mask bool [H, W].

    At least one joint is believed.
    """

    keypoints: Floats
    scores: Floats
    mask: Bools

    @property
    def centre(self) -> Floats:
        """The middle of the torso."""
        centre: Floats = self.keypoints[list(TORSO)].mean(axis=0)
        return centre

    @property
    def torso(self) -> float:
        """The torso's length, see `measure_torso`."""
        return measure_torso(self.keypoints)

    @property
    def is_inside(self) -> bool:
        """Whether the middle of the torso lies in the picture."""
        return bool(((self.centre >= 0) & (self.centre < self.mask.shape[::-1])).all())

    def is_as_large(self, other: PersonDetection) -> bool:
        """Whether both are about equally near to the camera."""
        small, large = sorted((self.torso, other.torso))
        return large < GROWTH * small

    def is_near(self, other: PersonDetection) -> bool:
        """Whether both can be one person in neighbouring frames."""
        distance = float(np.linalg.norm(self.centre - other.centre))
        return distance < STRIDE * max(self.torso, other.torso) and self.is_as_large(other)

    def box(self, margin: float = 0) -> Box:
        """The box of joints and mask with a margin in box sizes, within the picture."""
        height, width = self.mask.shape
        rows, columns = np.nonzero(self.mask)
        points = np.concatenate([self.keypoints[self.scores > SEEN], np.stack([columns, rows], axis=-1)])
        low, high = points.min(axis=0), points.max(axis=0) + 1
        low, high = low - margin * (high - low), high + margin * (high - low)
        left, top = np.clip(low, 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(high, (left + 1, top + 1), (width, height)).astype(int)
        return int(left), int(top), int(right), int(bottom)


def measure_torso(keypoints: Floats) -> float:
    """The longest way between two joints of the torso: its length, or its width when it is foreshortened."""
    corners = keypoints[list(TORSO)]
    return float(np.linalg.norm(corners[:, None] - corners, axis=-1).max())


DetectFn = Callable[[Frame], PersonDetection | None]


@dataclass(frozen=True)
class Track:
    """The followed person in every frame, None where out of sight; whether there are other people."""

    sightings: tuple[PersonDetection | None, ...]
    has_others: bool


def follow_largest(detect: DetectFn, frames: Frames, on_progress: OnProgress = ignore_progress) -> Track:
    """Yield the number of frames looked at, return the largest person's track; all None where nobody is."""
    detections = detect_frames(detect, frames, on_progress)
    inhabited = [index for index, glance in enumerate(detections) if glance]
    if not inhabited:
        return Track(tuple(detections), has_others=False)
    probes = {inhabited[round(share * (len(inhabited) - 1))] for share in np.linspace(0, 1, PROBES)}
    people = [(index, person) for index in sorted(probes) for person in detect_people(detect, frames[index])]
    start, largest = max(people, key=lambda found: found[1].torso)
    has_others = sum(person.torso > SMALL * largest.torso for _, person in people) > len(probes)
    return follow(detect, frames, detections, start, largest, patience=PATIENCE, has_others=has_others)


def detect_frames(
    detect: DetectFn, frames: Frames, on_progress: OnProgress = ignore_progress
) -> list[PersonDetection | None]:
    """The person detected in each frame; `on_progress` gets the number of frames done."""
    detections: list[PersonDetection | None] = []
    for frame in frames:
        detections.append(detect(frame))
        on_progress(len(detections))
    return detections


def follow(
    detect: DetectFn,
    frames: Frames,
    detections: Sequence[PersonDetection | None],
    start: int,
    person: PersonDetection,
    *,
    patience: int,
    has_others: bool,
) -> Track:
    """The track of the `person` who was seen in frame `start`, both ways; lost after `patience` frames unseen."""
    onwards = _trace(detect, frames, detections, range(start, len(frames)), person, patience)
    backwards = _trace(detect, frames, detections, range(start - 1, -1, -1), person, patience)
    return Track((*reversed(list(backwards)), *onwards), has_others)


def detect_people(detect: DetectFn, frame: Frame) -> list[PersonDetection]:
    """The people in one picture: each one found is painted over before the next look.

    Where nobody is left the estimator may invent somebody, mostly beyond the picture; that ends the search.
    """
    frame, people = frame.copy(), list[PersonDetection]()
    while len(people) < CROWD and (person := detect(frame)) and (person.is_inside or not people):
        people.append(person)
        left, top, right, bottom = person.box()
        frame[top:bottom, left:right] = frame.mean(axis=(0, 1))
    return people


def _trace(
    detect: DetectFn,
    frames: Frames,
    detections: Sequence[PersonDetection | None],
    indices: Iterable[int],
    person: PersonDetection,
    patience: int,
) -> Iterator[PersonDetection | None]:
    """The person in the frames of `indices`, one after the other from where `person` was seen."""
    misses = 0
    for index in indices:
        found = _recognise(detect, frames[index], detections[index], person, lost=misses > patience)
        misses = 0 if found else misses + 1
        person = found or person
        yield found


def _recognise(
    detect: DetectFn, frame: Frame, glance: PersonDetection | None, person: PersonDetection, lost: bool
) -> PersonDetection | None:
    """The glance if it shows the person, else what a closer look shows where the person was.

    A person who is lost may be anywhere, but is not somebody much smaller or larger.
    """
    if glance and (glance.is_as_large(person) if lost else glance.is_near(person)):
        return glance
    closer = detect_inside(detect, frame, person.box(MARGIN))
    if closer is None:
        return None
    moved_fast = glance is not None and closer.is_near(glance)
    return closer if moved_fast or closer.is_near(person) else None


def detect_inside(detect: DetectFn, frame: Frame, box: Box) -> PersonDetection | None:
    """Look at the part of a picture in the box; what is seen is told in the whole picture's pixels."""
    left, top, right, bottom = box
    person = detect(np.ascontiguousarray(frame[top:bottom, left:right]))
    if person is None:
        return None
    mask = np.zeros(frame.shape[:2], bool)
    mask[top:bottom, left:right] = person.mask
    keypoints = np.where(person.scores[:, None] > 0, person.keypoints + np.array((left, top)), 0)
    return replace(person, keypoints=keypoints.astype(np.float32), mask=mask)


def fill_gaps(keypoints: Floats, scores: Floats, longest: int) -> tuple[Floats, Floats]:
    """Joints f32 [F, K, 2] and scores f32 [F, K] with inner gaps of up to `longest` frames filled linearly.

    A filled joint has the lower score of the gap's two ends.
    """
    keypoints, scores = keypoints.copy(), scores.copy()
    for joint in range(scores.shape[1]):
        seen = np.flatnonzero(scores[:, joint])
        for before, after in pairwise(seen):
            if not 1 < after - before <= longest + 1:
                continue
            share = np.linspace(0, 1, after - before + 1, dtype=np.float32)[1:-1, None]
            ends = keypoints[before, joint], keypoints[after, joint]
            keypoints[before + 1 : after, joint] = (1 - share) * ends[0] + share * ends[1]
            scores[before + 1 : after, joint] = min(scores[before, joint], scores[after, joint])
    return keypoints, scores
