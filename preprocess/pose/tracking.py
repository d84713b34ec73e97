"""Track one person through a clip with a detector that returns a single person per image.

Of several people such a detector returns any one. It runs on every whole frame; the largest person of a few frames, or
the selected one, is then followed in both directions. Where a frame gives another person or none, the detector runs
again on the region around the last detection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from preprocess.pose.skeleton import L_HIP, L_SHOULDER, R_HIP, R_SHOULDER, VISIBLE
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Bools, Floats, Frame, Frames

PixelBox = tuple[int, int, int, int]  # left, top, right, bottom; the last two are exclusive

TORSO = (R_SHOULDER, L_SHOULDER, R_HIP, L_HIP)
SEARCHED_FRAMES = 3  # frames that are searched for several people
MAX_PEOPLE = 3  # people searched for in one frame
MAX_MISSES = 5  # frames after which a missing person is lost
MAX_MOTION = 0.75  # of a torso between frames, in torso lengths
MAX_GROWTH = 1.6  # of a torso between frames, as a factor either way
MARGIN = 0.4  # around the last box when a frame is searched again, in box sizes
MIN_SIZE = 0.4  # of the largest person's torso: smaller people are not reported


@dataclass(frozen=True)
class PersonDetection:
    """A person in one image: joints f32 [128, 2] in pixels, scores f32 [128], mask bool [H, W].

    At least one joint has a score above `VISIBLE`.
    """

    keypoints: Floats
    scores: Floats
    mask: Bools

    @property
    def centre(self) -> Floats:
        """The centre of the torso, f32 [2]."""
        centre: Floats = self.keypoints[list(TORSO)].mean(axis=0)
        return centre

    @property
    def torso(self) -> float:
        """The torso's length, see `measure_torso`."""
        return measure_torso(self.keypoints)

    @property
    def is_inside(self) -> bool:
        """Whether the centre of the torso lies inside the image."""
        return bool(((self.centre >= 0) & (self.centre < self.mask.shape[::-1])).all())

    def is_as_large(self, other: PersonDetection) -> bool:
        """Whether both are about equally large."""
        small, large = sorted((self.torso, other.torso))
        return large < MAX_GROWTH * small

    def is_near(self, other: PersonDetection) -> bool:
        """Whether both can be the same person in neighbouring frames."""
        distance = float(np.linalg.norm(self.centre - other.centre))
        return distance < MAX_MOTION * max(self.torso, other.torso) and self.is_as_large(other)

    def box(self, margin: float = 0) -> PixelBox:
        """The bounding box of joints and mask with a margin in box sizes, clipped to the image."""
        height, width = self.mask.shape
        rows, columns = np.nonzero(self.mask)
        points = np.concatenate([self.keypoints[self.scores > VISIBLE], np.stack([columns, rows], axis=-1)])
        low, high = points.min(axis=0), points.max(axis=0) + 1
        low, high = low - margin * (high - low), high + margin * (high - low)
        left, top = np.clip(low, 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(high, (left + 1, top + 1), (width, height)).astype(int)
        return int(left), int(top), int(right), int(bottom)


DetectFn = Callable[[Frame], PersonDetection | None]
"""A detector of one person in an image uint8 [H, W, 3]."""


def measure_torso(keypoints: Floats) -> float:
    """The largest distance between two torso joints: its length, or its width where it is foreshortened."""
    corners = keypoints[list(TORSO)]
    return float(np.linalg.norm(corners[:, None] - corners, axis=-1).max())


@dataclass(frozen=True)
class Track:
    """The tracked person in every frame, None where they are not detected, and whether other people are visible."""

    detections: tuple[PersonDetection | None, ...]
    has_others: bool


def follow_largest(detect: DetectFn, frames: Frames, on_progress: OnProgress = ignore_progress) -> Track:
    """Track the largest person; all None where no person is detected. `on_progress` gets the number of frames done."""
    detections = detect_frames(detect, frames, on_progress)
    occupied = [index for index, detection in enumerate(detections) if detection]
    if not occupied:
        return Track(tuple(detections), has_others=False)
    searched = {occupied[round(fraction * (len(occupied) - 1))] for fraction in np.linspace(0, 1, SEARCHED_FRAMES)}
    people = [(index, person) for index in sorted(searched) for person in detect_people(detect, frames[index])]
    start, largest = max(people, key=lambda entry: entry[1].torso)
    has_others = sum(person.torso > MIN_SIZE * largest.torso for _, person in people) > len(searched)
    return follow(detect, frames, detections, start, largest, max_misses=MAX_MISSES, has_others=has_others)


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
    max_misses: int,
    has_others: bool,
) -> Track:
    """Track the `person` detected in frame `start` in both directions; lost after `max_misses` missed frames."""
    forward = _trace(detect, frames, detections, range(start, len(frames)), person, max_misses)
    backward = _trace(detect, frames, detections, range(start - 1, -1, -1), person, max_misses)
    return Track((*reversed(list(backward)), *forward), has_others)


def detect_people(detect: DetectFn, frame: Frame) -> list[PersonDetection]:
    """The people in one frame: each detected person is painted over before the detector runs again.

    Where no person is left the detector may hallucinate one, mostly outside the frame; this ends the search.
    """
    frame, people = frame.copy(), list[PersonDetection]()
    while len(people) < MAX_PEOPLE and (person := detect(frame)) and (person.is_inside or not people):
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
    max_misses: int,
) -> Iterator[PersonDetection | None]:
    """The person in the frames of `indices`, in this order, starting from the detection `person`."""
    misses = 0
    for index in indices:
        match = _match(detect, frames[index], detections[index], person, lost=misses > max_misses)
        misses = 0 if match else misses + 1
        person = match or person
        yield match


def _match(
    detect: DetectFn, frame: Frame, whole: PersonDetection | None, person: PersonDetection, lost: bool
) -> PersonDetection | None:
    """The detection `whole` of the whole frame if it matches the person, else one near the person's last position.

    A lost person may reappear anywhere, but at about the same size.
    """
    if whole and (whole.is_as_large(person) if lost else whole.is_near(person)):
        return whole
    local = detect_inside(detect, frame, person.box(MARGIN))
    if local is None:
        return None
    moved_fast = whole is not None and local.is_near(whole)
    return local if moved_fast or local.is_near(person) else None


def detect_inside(detect: DetectFn, frame: Frame, box: PixelBox) -> PersonDetection | None:
    """Detect a person inside a box of the frame; the result is in the whole frame's pixels."""
    left, top, right, bottom = box
    person = detect(np.ascontiguousarray(frame[top:bottom, left:right]))
    if person is None:
        return None
    mask = np.zeros(frame.shape[:2], bool)
    mask[top:bottom, left:right] = person.mask
    keypoints = np.where(person.scores[:, None] > 0, person.keypoints + np.array((left, top)), 0)
    return replace(person, keypoints=keypoints.astype(np.float32), mask=mask)


def fill_gaps(keypoints: Floats, scores: Floats, longest: int) -> tuple[Floats, Floats]:
    """Joints f32 [F, K, 2] and scores f32 [F, K] with inner gaps of up to `longest` frames interpolated linearly.

    An interpolated joint has the lower score of the gap's two ends.
    """
    keypoints, scores = keypoints.copy(), scores.copy()
    for joint in range(scores.shape[1]):
        seen = np.flatnonzero(scores[:, joint])
        for before, after in pairwise(seen):
            if not 1 < after - before <= longest + 1:
                continue
            weight = np.linspace(0, 1, after - before + 1, dtype=np.float32)[1:-1, None]
            ends = keypoints[before, joint], keypoints[after, joint]
            keypoints[before + 1 : after, joint] = (1 - weight) * ends[0] + weight * ends[1]
            scores[before + 1 : after, joint] = min(scores[before, joint], scores[after, joint])
    return keypoints, scores
