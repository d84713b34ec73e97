"""Detect one person throughout a long clip, a span of frames at a time; each span's detections are kept on disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from motionfollower.core.config import EditConfig
from motionfollower.core.events import Report, Stage, StageStarted
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.chunks.chunking import Chunking
from motionfollower.pipeline.prepare import detect_person, refine_masks
from motionfollower.pipeline.reading import ClipPair
from preprocess.align.person import Person
from preprocess.background.camera_travel import camera_travel
from preprocess.pose.skeleton import JOINTS, VISIBLE
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, Clip, ClipPoint, InputError, MaskSequence, PoseSequence, Size
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.warnings import ClipWarning, Role, WarningCode

Points = tuple[ClipPoint | None, ...]
"""Where a person is looked for, one point after the other; None is the largest person."""

LARGEST: Points = (None,)

_WARNINGS = TypeAdapter(tuple[ClipWarning, ...])


@dataclass(frozen=True)
class Detections:
    """The person throughout one clip: what was detected in each of its `spans`; the masks remain in `files`."""

    spans: tuple[range, ...]
    by_span: tuple[SpanDetections, ...]
    files: tuple[Path, ...]

    @property
    def person(self) -> Person:
        """The person in all frames."""
        people = [found.person for found in self.by_span]
        return Person(
            concatenate_poses([person.poses for person in people]), np.concatenate([person.boxes for person in people])
        )

    @property
    def camera_travel(self) -> float | None:
        """The farthest that the camera travels within a span, in pixels of an image of 512; None where not measured."""
        return max((found.travel for found in self.by_span if found.travel is not None), default=None)

    @property
    def warnings(self) -> tuple[ClipWarning, ...]:
        """The warnings of all spans, with frames counted from the clip's start."""
        pairs = zip(self.spans, self.by_span, strict=True)
        return tuple(warning.shifted(span.start) for span, found in pairs for warning in found.warnings)

    def masks(self, frames: range) -> MaskSequence:
        """The masks of some frames."""
        chosen = [i for i, span in enumerate(self.spans) if span.stop > frames.start and span.start < frames.stop]
        loaded = [load_masks(self.files[index]) for index in chosen]
        first = frames.start - self.spans[chosen[0]].start
        masks = np.concatenate([span.masks for span in loaded])[first : first + len(frames)]
        return MaskSequence(masks, loaded[0].origin)


def concatenate_poses(sequences: list[PoseSequence]) -> PoseSequence:
    """Consecutive poses as one sequence."""
    keypoints = np.concatenate([poses.keypoints for poses in sequences])
    return PoseSequence(keypoints, np.concatenate([poses.scores for poses in sequences]), sequences[0].size)


@dataclass(frozen=True)
class PersonDetector:
    """Detects the person in one of the clips. What is in the `folder` already is not detected again.

    `selected` is a point on the person that the user selected, None for the largest; `clicks` refine the masks; with
    `measures_camera` the camera's travel is measured.
    """

    pair: ClipPair
    role: Role
    selected: ClipPoint | None
    clicks: tuple[MaskClick, ...]
    measures_camera: bool
    folder: Path
    spans: tuple[range, ...]

    @classmethod
    def of(cls, config: EditConfig, pair: ClipPair, role: Role, folder: Path, chunking: Chunking) -> PersonDetector:
        """The detector for one clip of an edit."""
        settings, is_source = config.prepare, role == "source"
        return cls(
            pair,
            role,
            selected=settings.source_person if is_source else settings.target_person,
            clicks=settings.source_clicks if is_source else settings.target_clicks,
            measures_camera=is_source and config.camera == "auto",
            folder=folder,
            spans=chunking.detection_spans(pair.frames),
        )

    def detect(self, preprocessors: Preprocessors, report: Report) -> Detections:
        """Detect the person in all spans. InputError where none is found, or a click or point is outside the clip.

        The span with the selected person comes first; from there the person is followed both ways.
        """
        self._check_points()
        found: dict[int, SpanDetections] = {}
        start = self.selected.frame if self.selected else 0
        first = next(index for index, span in enumerate(self.spans) if start in span)
        for index in (*range(first, len(self.spans)), *range(first - 1, -1, -1)):
            found[index] = self.detect_span(index, self._points(index, found), preprocessors, report)
        in_order = range(len(self.spans))
        files = tuple(self._file(index) for index in in_order)
        detections = Detections(self.spans, tuple(found[index] for index in in_order), files)
        if not detections.person.is_visible.any():
            raise InputError(f"The {self.role} clip: No person was found in it. Choose another clip or part of it.")
        return detections

    def independent_spans(self) -> list[int]:
        """The spans still to do that depend on no other: all of them, unless a person is selected.

        Where several people turn out to be visible, `detect` repeats a span from its neighbour's person.
        """
        return [] if self.selected else [i for i in range(len(self.spans)) if not self._file(i).is_file()]

    def detect_span(self, index: int, points: Points, preprocessors: Preprocessors, report: Report) -> SpanDetections:
        """Detect the person at the first of the points where one is found, and keep the detections on disk.

        Detections from the same points that are there already are returned instead.
        """
        file, span = self._file(index), self.spans[index]
        if file.is_file() and (earlier := SpanDetections.load(file)).points == points:
            return earlier
        note = f"{self.role}, frames {span.start} to {span.stop - 1} of {self.pair.frames}"
        report(StageStarted(Stage.READ, note=note))
        clip = self.pair.read(self.role, span)
        poses, masks, warnings, has_others = self._detect(clip, points, preprocessors, report)
        masks = refine_masks(self.role, clip, masks, self._clicks_in(span), preprocessors.refiner)
        travel = camera_travel(clip, masks) if self.measures_camera else None
        detections = SpanDetections(points, Person.of(poses, masks), warnings, has_others, travel)
        detections.save(file, masks)
        return detections

    def _check_points(self) -> None:
        points = [click.at for click in self.clicks] + [point for point in [self.selected] if point]
        if late := [point.frame for point in points if point.frame >= self.pair.frames]:
            raise InputError(
                f"The {self.role} clip: A point is in frame {late[0]}; the clip has frames 0 to "
                f"{self.pair.frames - 1}. Remove it."
            )

    def _file(self, index: int) -> Path:
        return self.folder / f"{self.role}_{index}.npz"

    def _points(self, index: int, found: dict[int, SpanDetections]) -> Points:
        """Where to look for the person: where selected, or, where there are others, as in the neighbouring span."""
        if not found:
            start = self.spans[index].start
            return (self.selected and replace(self.selected, frame=self.selected.frame - start),)
        if not self.selected and not any(span.has_others for span in found.values()):
            return LARGEST
        before, after = found.get(index - 1), found.get(index + 1)
        if before:
            return before.position(-1, shown_in=0), None
        return after.position(0, shown_in=len(self.spans[index]) - 1) if after else None, None

    def _detect(
        self, clip: Clip, points: Points, preprocessors: Preprocessors, report: Report
    ) -> tuple[PoseSequence, MaskSequence, tuple[ClipWarning, ...], bool]:
        """The first person found at one of the points; a span may show no person at all."""
        for point in points:
            try:
                seen, masks, warnings = detect_person(clip, self.role, point, preprocessors, report)
            except InputError:
                if len(points) == 1 and point:
                    raise  # no person where the user selected one
            else:
                return seen.poses, masks, warnings, seen.has_others
        poses, masks = no_detections(len(clip), clip.size)
        return poses, masks, (ClipWarning(WarningCode.NO_PERSON, tuple(range(len(clip))), self.role),), False

    def _clicks_in(self, span: range) -> list[MaskClick]:
        """The clicks on frames of a span, counted from its start."""
        return [
            replace(click, at=replace(click.at, frame=click.at.frame - span.start))
            for click in self.clicks
            if click.at.frame in span
        ]


@dataclass(frozen=True)
class SpanDetections:
    """The `person` in each frame of a span, warnings, whether others are visible, and how far the camera travels.

    `points` are where the person was looked for. `travel` is in pixels of an image of 512, None where it was not
    asked for. The masks are in the file only.
    """

    points: Points
    person: Person
    warnings: tuple[ClipWarning, ...]
    has_others: bool
    travel: float | None

    def save(self, path: Path, masks: MaskSequence) -> None:
        """Write the detections with their masks atomically; OutputError where they cannot be written."""
        poses = self.person.poses
        with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
            np.savez_compressed(
                file,
                points=np.array([_to_numbers(point) for point in self.points]),
                keypoints=poses.keypoints,
                scores=poses.scores,
                size=np.array(poses.size),
                boxes=self.person.boxes,
                warnings=np.array(_WARNINGS.dump_json(self.warnings).decode()),
                has_others=np.array(self.has_others),
                travel=np.array(np.nan if self.travel is None else self.travel),
                masks=np.packbits(masks.masks, axis=-1),
                origin=np.array(masks.origin),
            )

    @classmethod
    def load(cls, path: Path) -> SpanDetections:
        """Read the detections without their masks."""
        with np.load(path) as file:
            width, height = file["size"].tolist()
            poses = PoseSequence(file["keypoints"], file["scores"], (width, height))
            travel = float(file["travel"])
            return cls(
                tuple(_to_point(numbers) for numbers in file["points"]),
                Person(poses, file["boxes"]),
                _WARNINGS.validate_json(str(file["warnings"])),
                bool(file["has_others"]),
                None if np.isnan(travel) else travel,
            )

    def position(self, frame: int, shown_in: int) -> ClipPoint | None:
        """Where the person is in a frame, as a point in the frame `shown_in`; None where they are not visible."""
        poses = self.person.poses
        visible = poses.body_scores[frame] > VISIBLE
        if not visible.any():
            return None
        x, y = np.clip(np.median(poses.body[frame, visible], axis=0) / poses.size, 0, 1).tolist()
        return ClipPoint(x, y, shown_in)


def _to_numbers(point: ClipPoint | None) -> tuple[float, float, float]:
    return (point.x, point.y, point.frame) if point else (np.nan, np.nan, np.nan)


def _to_point(numbers: NDArray[np.float64]) -> ClipPoint | None:
    x, y, frame = numbers.tolist()
    return None if np.isnan(x) else ClipPoint(x, y, int(frame))


def load_masks(path: Path) -> MaskSequence:
    """The masks of saved detections."""
    with np.load(path) as file:
        width = int(file["size"][0])
        masks: Bools = np.unpackbits(file["masks"], axis=-1, count=width).astype(bool)
        return MaskSequence(masks, str(file["origin"]))


def no_detections(frames: int, size: Size) -> tuple[PoseSequence, MaskSequence]:
    """The poses and masks of frames without a person."""
    scores = np.zeros((frames, JOINTS), np.float32)
    poses = PoseSequence(np.zeros((frames, JOINTS, 2), np.float32), scores, size)
    return poses, MaskSequence(np.zeros((frames, size[1], size[0]), bool), "none")
