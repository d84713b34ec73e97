"""Looking for one person all through a long clip, some frames at a time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.events import Event, StageStarted
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.chunks.chunking import Chunking
from motionfollower.pipeline.chunks.pair import ClipPair, Role
from motionfollower.pipeline.prepare import detect_person
from preprocess.align.person import Person
from preprocess.background.camera_travel import camera_travel
from preprocess.pose.skeleton import JOINTS, SEEN
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, Clip, ClipPoint, InputError, MaskSequence, PoseSequence, Size
from preprocess.video.atomic import atomic_path, output_errors


@dataclass(frozen=True)
class Detections:
    """The `looks` at one of the clips, at some `spans` of frames, and the files that have their masks."""

    spans: tuple[range, ...]
    looks: tuple[ChunkDetections, ...]
    files: tuple[Path, ...]

    @property
    def person(self) -> Person:
        """The person all through the clip."""
        people = [look.person for look in self.looks]
        return Person(
            concatenate_poses([person.poses for person in people]), np.concatenate([person.boxes for person in people])
        )

    @property
    def travel(self) -> float | None:
        """The farthest that the camera travels in one look; None where it wasn't measured."""
        return max((look.travel for look in self.looks if look.travel is not None), default=None)

    @property
    def doubts(self) -> list[str]:
        """What is doubtful, by where it was seen."""
        looks = zip(self.spans, self.looks, strict=True)
        return [offset_warning(span.start, doubt) for span, look in looks for doubt in look.doubts]

    def masks(self, part: range) -> MaskSequence:
        """The masks of some frames."""
        spans = [index for index, span in enumerate(self.spans) if span.stop > part.start and span.start < part.stop]
        found = [load_masks(self.files[index]) for index in spans]
        first = part.start - self.spans[spans[0]].start
        return MaskSequence(np.concatenate([one.masks for one in found])[first : first + len(part)], found[0].origin)


def concatenate_poses(parts: list[PoseSequence]) -> PoseSequence:
    """Poses that follow each other, as one sequence."""
    keypoints = np.concatenate([poses.keypoints for poses in parts])
    return PoseSequence(keypoints, np.concatenate([poses.scores for poses in parts]), parts[0].size)


def offset_warning(first: int, sentence: str) -> str:
    """A sentence about frames that are counted from the `first` one."""
    return f"Counted from frame {first}: {sentence}" if first else sentence


@dataclass(frozen=True)
class PersonDetector:
    """Looks at one of the clips; what was seen is kept in the `folder`, and not looked for again.

    `follows` is the person somebody pointed at, None for the largest; `clicks` put the masks right; with
    `watches_camera` its travel is measured.
    """

    pair: ClipPair
    role: Role
    follows: ClipPoint | None
    clicks: tuple[MaskClick, ...]
    watches_camera: bool
    folder: Path
    cutting: Chunking

    def survey(self, preprocessors: Preprocessors) -> Generator[Event, None, Detections]:
        """Look at the whole clip. InputError where nobody is found, or a click or the point is outside the clip.

        The look that has the point comes first; from there the person is followed both ways.
        """
        self._check_frames()
        spans, looks = self.spans, dict[int, ChunkDetections]()
        first = next(index for index, span in enumerate(spans) if (self.follows.frame if self.follows else 0) in span)
        for index in (*range(first, len(spans)), *range(first - 1, -1, -1)):
            looks[index] = yield from self.look(index, self._points(index, spans[index], looks), preprocessors)
        files = tuple(self._file(index) for index in range(len(spans)))
        found = Detections(spans, tuple(looks[index] for index in range(len(spans))), files)
        if not found.person.is_seen.any():
            raise InputError(f"The {self.role} clip: No person was found in it. Choose another clip or part of it.")
        return found

    @property
    def spans(self) -> tuple[range, ...]:
        """The frames of each look."""
        return self.cutting.glances(self.pair.frames)

    def unaided(self) -> list[int]:
        """The looks that aren't made yet and may be made before the others: for the largest person.

        These are all if nobody pointed at somebody. Should several people be seen, `survey` looks once more.
        """
        return [] if self.follows else [index for index in range(len(self.spans)) if not self._file(index).is_file()]

    def _check_frames(self) -> None:
        points = [click.at for click in self.clicks] + [point for point in [self.follows] if point]
        if late := [point.frame for point in points if point.frame >= self.pair.frames]:
            raise InputError(
                f"The {self.role} clip: A point is in frame {late[0]}; the clip has frames 0 to "
                f"{self.pair.frames - 1}. Remove it."
            )

    def _file(self, index: int) -> Path:
        return self.folder / f"{self.role}_{index}.npz"

    def look(self, index: int, points: Points, preprocessors: Preprocessors) -> Generator[Event, None, ChunkDetections]:
        """Look for the person at one point after the other, None for the largest; kept, and not done again."""
        file, span = self._file(index), self.spans[index]
        if file.is_file() and (kept := ChunkDetections.load(file)).points == points:
            return kept
        yield StageStarted("read", note=f"{self.role}, frames {span.start} to {span.stop - 1} of {self.pair.frames}")
        clip = self.pair.read(self.role, span)
        poses, masks, doubts, has_others = yield from self._look(clip, points, preprocessors)
        masks = self._put_right(clip, masks, span, preprocessors)
        travel = camera_travel(clip, masks) if self.watches_camera else None
        look = ChunkDetections(points, Person.of(poses, masks), doubts, has_others, travel)
        look.save(file, masks)
        return look

    def _points(self, index: int, span: range, looks: dict[int, ChunkDetections]) -> Points:
        """Where to look for the person, one after the other: None is for the largest one.

        That is where they were pointed at, or, if they aren't alone, where they are in the look beside this one.
        """
        if not looks:
            return (self.follows and replace(self.follows, frame=self.follows.frame - span.start),)
        if not self.follows and not any(look.has_others for look in looks.values()):
            return (None,)
        before, after = looks.get(index - 1), looks.get(index + 1)
        if before:
            return before.place(-1, shown_in=0), None
        return after.place(0, shown_in=len(span) - 1) if after else None, None

    def _look(
        self, clip: Clip, points: Points, preprocessors: Preprocessors
    ) -> Generator[Event, None, tuple[PoseSequence, MaskSequence, tuple[str, ...], bool]]:
        """Look for the person at one point after the other until one is found; nobody may be seen for a while."""
        for point in points:
            try:
                seen, masks, doubts = yield from detect_person(clip, self.role, point, preprocessors)
            except InputError:
                if len(points) == 1 and point:
                    raise  # nobody is where somebody was pointed at
            else:
                return seen.poses, masks, tuple(doubts), seen.has_others
        poses, masks = no_detections(len(clip), clip.size)
        return poses, masks, (f"{self.role.capitalize()}: No person found in {len(clip)} frames.",), False

    def _put_right(self, clip: Clip, masks: MaskSequence, span: range, preprocessors: Preprocessors) -> MaskSequence:
        clicks = [
            replace(click, at=replace(click.at, frame=click.at.frame - span.start))
            for click in self.clicks
            if click.at.frame in span
        ]
        return preprocessors.refiner.refine(clip, masks, clicks) if clicks else masks


Points = tuple[ClipPoint | None, ...]


@dataclass(frozen=True)
class ChunkDetections:
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
        with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
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
    def load(cls, path: Path) -> ChunkDetections:
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


def no_detections(frames: int, size: Size) -> tuple[PoseSequence, MaskSequence]:
    """The poses and the masks of frames in which nobody is."""
    scores = np.zeros((frames, JOINTS), np.float32)
    poses = PoseSequence(np.zeros((frames, JOINTS, 2), np.float32), scores, size)
    return poses, MaskSequence(np.zeros((frames, size[1], size[0]), bool), "nobody")
