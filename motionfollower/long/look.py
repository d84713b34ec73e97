"""What was seen of a person in some frames of a long clip, small enough to be kept: poses, boxes, packed masks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from preprocess.align import Person
from preprocess.atomic import replacing, writing
from preprocess.skeleton import JOINTS, SEEN
from preprocess.types import Bools, ClipPoint, MaskSequence, PoseSequence, Size

Points = tuple[ClipPoint | None, ...]


@dataclass(frozen=True)
class Look:
    """The `person` in each frame, what is doubtful, whether others are seen; how far the camera travels meanwhile.

    `points` are where the person was looked for, None for the largest one. `travel` is None where it wasn't asked for.
    The masks lie in the file that the look was saved to.
    """

    points: Points
    person: Person
    doubts: tuple[str, ...]
    has_others: bool
    travel: float | None

    def save(self, path: Path, masks: MaskSequence) -> None:
        """Write it with its masks, whole or not at all; OutputError where it can't be written."""
        poses = self.person.poses
        with replacing(path) as draft, writing(path), draft.open("wb") as file:
            np.savez_compressed(
                file,
                points=np.array([_numbers(point) for point in self.points]),
                keypoints=poses.keypoints,
                scores=poses.scores,
                size=np.array(poses.size),
                boxes=self.person.boxes,
                doubts=np.array(self.doubts, np.str_),
                has_others=np.array(self.has_others),
                travel=np.array(np.nan if self.travel is None else self.travel),
                masks=np.packbits(masks.masks, axis=-1),
                origin=np.array(masks.origin),
            )

    @classmethod
    def load(cls, path: Path) -> Look:
        """Read it again, without its masks."""
        with np.load(path) as kept:
            width, height = kept["size"].tolist()
            poses = PoseSequence(kept["keypoints"], kept["scores"], (width, height))
            travel = float(kept["travel"])
            return cls(
                tuple(_point(numbers) for numbers in kept["points"]),
                Person(poses, kept["boxes"]),
                tuple(kept["doubts"].tolist()),
                bool(kept["has_others"]),
                None if np.isnan(travel) else travel,
            )

    def place(self, frame: int, shown_in: int) -> ClipPoint | None:
        """Where the person is in a frame, as a point in the frame `shown_in`; None where they aren't seen."""
        poses = self.person.poses
        seen = poses.body_scores[frame] > SEEN
        if not seen.any():
            return None
        x, y = np.clip(np.median(poses.body[frame, seen], axis=0) / poses.size, 0, 1).tolist()
        return ClipPoint(x, y, shown_in)


def _numbers(point: ClipPoint | None) -> tuple[float, float, float]:
    return (point.x, point.y, point.frame) if point else (np.nan, np.nan, np.nan)


def _point(numbers: NDArray[np.float64]) -> ClipPoint | None:
    x, y, frame = numbers.tolist()
    return None if np.isnan(x) else ClipPoint(x, y, int(frame))


def load_masks(path: Path) -> MaskSequence:
    """The masks of a look that was saved."""
    with np.load(path) as kept:
        width = int(kept["size"][0])
        masks: Bools = np.unpackbits(kept["masks"], axis=-1, count=width).astype(bool)
        return MaskSequence(masks, str(kept["origin"]))


def see_nobody(frames: int, size: Size) -> tuple[PoseSequence, MaskSequence]:
    """The poses and the masks of frames in which nobody is."""
    scores = np.zeros((frames, JOINTS), np.float32)
    poses = PoseSequence(np.zeros((frames, JOINTS, 2), np.float32), scores, size)
    return poses, MaskSequence(np.zeros((frames, size[1], size[0]), bool), "nobody")
