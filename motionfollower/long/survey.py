"""Looking for one person all through a long clip, some frames at a time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionfollower.backends import Preprocessors
from motionfollower.long.look import Look, Points, load_masks, see_nobody
from motionfollower.long.pair import ClipPair, Role
from motionfollower.long.parts import Cutting
from motionfollower.pipeline import look_at
from motionfollower.types import Event, StageStarted
from preprocess.align import Person
from preprocess.camera_travel import camera_travel
from preprocess.clicks import MaskClick
from preprocess.types import Clip, ClipPoint, InputError, MaskSequence, PoseSequence


@dataclass(frozen=True)
class Survey:
    """The `looks` at one of the clips, at some `spans` of frames, and the files that have their masks."""

    spans: tuple[range, ...]
    looks: tuple[Look, ...]
    files: tuple[Path, ...]

    @property
    def person(self) -> Person:
        """The person all through the clip."""
        people = [look.person for look in self.looks]
        return Person(
            join_poses([person.poses for person in people]), np.concatenate([person.boxes for person in people])
        )

    @property
    def travel(self) -> float | None:
        """The farthest that the camera travels in one look; None where it wasn't measured."""
        return max((look.travel for look in self.looks if look.travel is not None), default=None)

    @property
    def doubts(self) -> list[str]:
        """What is doubtful, by where it was seen."""
        looks = zip(self.spans, self.looks, strict=True)
        return [count_from(span.start, doubt) for span, look in looks for doubt in look.doubts]

    def masks(self, part: range) -> MaskSequence:
        """The masks of some frames."""
        spans = [index for index, span in enumerate(self.spans) if span.stop > part.start and span.start < part.stop]
        found = [load_masks(self.files[index]) for index in spans]
        first = part.start - self.spans[spans[0]].start
        return MaskSequence(np.concatenate([one.masks for one in found])[first : first + len(part)], found[0].origin)


def join_poses(parts: list[PoseSequence]) -> PoseSequence:
    """Poses that follow each other, as one sequence."""
    keypoints = np.concatenate([poses.keypoints for poses in parts])
    return PoseSequence(keypoints, np.concatenate([poses.scores for poses in parts]), parts[0].size)


def count_from(first: int, sentence: str) -> str:
    """A sentence about frames that are counted from the `first` one."""
    return f"Counted from frame {first}: {sentence}" if first else sentence


@dataclass(frozen=True)
class Surveyor:
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
    cutting: Cutting

    def survey(self, preprocessors: Preprocessors) -> Generator[Event, None, Survey]:
        """Look at the whole clip. InputError where nobody is found, or a click or the point is outside the clip.

        The look that has the point comes first; from there the person is followed both ways.
        """
        self._check_frames()
        spans, looks = self.spans, dict[int, Look]()
        first = next(index for index, span in enumerate(spans) if (self.follows.frame if self.follows else 0) in span)
        for index in (*range(first, len(spans)), *range(first - 1, -1, -1)):
            looks[index] = yield from self.look(index, self._points(index, spans[index], looks), preprocessors)
        files = tuple(self._file(index) for index in range(len(spans)))
        found = Survey(spans, tuple(looks[index] for index in range(len(spans))), files)
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

    def look(self, index: int, points: Points, preprocessors: Preprocessors) -> Generator[Event, None, Look]:
        """Look for the person at one point after the other, None for the largest; kept, and not done again."""
        file, span = self._file(index), self.spans[index]
        if file.is_file() and (kept := Look.load(file)).points == points:
            return kept
        yield StageStarted("read", note=f"{self.role}, frames {span.start} to {span.stop - 1} of {self.pair.frames}")
        clip = self.pair.read(self.role, span)
        poses, masks, doubts, has_others = yield from self._look(clip, points, preprocessors)
        masks = self._put_right(clip, masks, span, preprocessors)
        travel = camera_travel(clip, masks) if self.watches_camera else None
        look = Look(points, Person.of(poses, masks), doubts, has_others, travel)
        look.save(file, masks)
        return look

    def _points(self, index: int, span: range, looks: dict[int, Look]) -> Points:
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
                seen, masks, doubts = yield from look_at(clip, self.role, point, preprocessors)
            except InputError:
                if len(points) == 1 and point:
                    raise  # nobody is where somebody was pointed at
            else:
                return seen.poses, masks, tuple(doubts), seen.has_others
        poses, masks = see_nobody(len(clip), clip.size)
        return poses, masks, (f"{self.role.capitalize()}: No person found in {len(clip)} frames.",), False

    def _put_right(self, clip: Clip, masks: MaskSequence, span: range, preprocessors: Preprocessors) -> MaskSequence:
        clicks = [
            replace(click, at=replace(click.at, frame=click.at.frame - span.start))
            for click in self.clicks
            if click.at.frame in span
        ]
        return preprocessors.refiner.refine(clip, masks, clicks) if clicks else masks
