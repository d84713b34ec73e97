"""People detected in spans, and their detections on disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import EditConfig
from motionfollower.core.errors import InputError
from motionfollower.core.events import (
    Event,
    Stage,
    StageStarted,
    ignore_events,
)
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.detection import (
    Detections,
    PersonDetector,
    SpanDetections,
    load_masks,
    no_detections,
)
from motionfollower.pipeline.reading import ClipPair
from preprocess.align.person import Person
from preprocess.pose.skeleton import JOINTS
from preprocess.types import ClipPoint, MaskSequence, PoseSequence
from preprocess.video.probe import probe
from preprocess.warnings import ClipWarning, WarningCode
from tests.pipeline.chunks.small import DANCE, SMALL, SOURCE


class TestDetections:
    def test_saved_detections_are_loaded_unchanged(self, tmp_path: Path) -> None:
        random = np.random.default_rng(6)
        masks = MaskSequence(random.random((3, 20, 13)) > 0.5, "mediapipe")
        keypoints = random.uniform(0, 13, (3, JOINTS, 2)).astype(np.float32)
        poses = PoseSequence(keypoints, np.ones((3, JOINTS), np.float32), masks.size)
        points = (ClipPoint(0.2, 0.7, 2), None)
        doubts = (
            ClipWarning(WarningCode.MASK_EMPTY, (0, 2), "source"),
            ClipWarning(WarningCode.RECORDED, values={"text": "A “doubt”.", "shown": 1.5, "edited": 3}),
        )
        saved = SpanDetections(points, Person.of(poses, masks), doubts, has_others=True, travel=None)
        saved.save(tmp_path / "span.npz", masks)
        loaded = SpanDetections.load(tmp_path / "span.npz")
        assert np.array_equal(load_masks(tmp_path / "span.npz").masks, masks.masks)
        assert load_masks(tmp_path / "span.npz").origin == "mediapipe"
        assert np.array_equal(loaded.person.poses.keypoints, keypoints)
        assert np.array_equal(loaded.person.boxes, saved.person.boxes)
        assert (loaded.points, loaded.warnings, loaded.has_others, loaded.travel) == (points, doubts, True, None)

    def test_the_position_is_that_of_the_person(self) -> None:
        poses, masks = no_detections(2, (40, 20))
        poses.keypoints[1], poses.scores[1] = (10, 15), 1
        detections = SpanDetections((None,), Person.of(poses, masks), (), has_others=False, travel=0.0)
        assert detections.position(0, shown_in=3) is None
        assert detections.position(-1, shown_in=3) == ClipPoint(0.25, 0.75, 3)

    def test_the_spans_of_a_clip_are_joined(self, tmp_path: Path) -> None:
        spans, parts, files = (range(3), range(3, 5)), [], []
        for index, span in enumerate(spans):
            poses, masks = no_detections(len(span), (13, 20))
            poses.scores[:] = index + 1
            masks.masks[:] = index == 1
            warning = ClipWarning(WarningCode.MASK_EMPTY, (1,), "source")
            part = SpanDetections((None,), Person.of(poses, masks), (warning,), has_others=False, travel=4.0 - index)
            files.append(tmp_path / f"span_{index}.npz")
            part.save(files[-1], masks)
            parts.append(part)
        detections = Detections(spans, tuple(parts), tuple(files))
        assert [warning.frames for warning in detections.warnings] == [(1,), (4,)]
        assert detections.person.poses.scores[:, 0].tolist() == [1, 1, 1, 2, 2]
        assert detections.camera_travel == 4.0
        assert detections.masks(range(2, 5)).masks.any(axis=(1, 2)).tolist() == [False, True, True]
        assert len(detections.masks(range(3, 4))) == 1


def test_a_span_is_detected_again_for_other_points(config: EditConfig, backend: Backend, tmp_path: Path) -> None:
    def detect(*points: ClipPoint | None) -> list[Event]:
        events: list[Event] = []
        detector.detect_span(0, points, backend.preprocessors, events.append)
        return events

    short = replace(config, prepare=replace(config.prepare, frames=2))
    pair = ClipPair.of(probe(SOURCE), probe(DANCE), short)
    detector = PersonDetector.of(replace(short, camera="off"), pair, "source", tmp_path, SMALL)
    assert detector.independent_spans() == [0]
    assert detect(None)
    assert detector.independent_spans() == []
    assert not detect(None)
    assert detect(ClipPoint(0.5, 0.5), None)
    assert not detect(ClipPoint(0.5, 0.5), None)
    assert detect(None)
    assert replace(detector, selected=ClipPoint(0.5, 0.5), folder=tmp_path / "new").independent_spans() == []


def test_a_selected_person_is_followed_both_ways(config: EditConfig, backend: Backend, tmp_path: Path) -> None:
    """From the span with the selected frame, each neighbour starts at the person's position in the one before."""
    selected = ClipPoint(0.55, 0.5, frame=3)
    chosen = replace(config, prepare=replace(config.prepare, frames=6, source_person=selected))
    pair = ClipPair.of(probe(SOURCE), probe(DANCE), chosen)
    detector = PersonDetector.of(chosen, pair, "source", tmp_path, replace(SMALL, detection=2))
    events: list[Event] = []
    found = detector.detect(backend.preprocessors, events.append)
    notes = [event.note for event in events if isinstance(event, StageStarted) and event.stage == Stage.READ]
    assert notes == [f"source, frames {span} of 6" for span in ("2 to 3", "4 to 5", "0 to 1")]
    before, middle, after = found.by_span
    assert middle.points == (replace(selected, frame=1),)
    assert after.points == (middle.position(-1, shown_in=0), None)
    assert before.points == (middle.position(0, shown_in=1), None)
    assert found.person.is_visible.all()
    assert found.camera_travel is not None


def test_a_point_beyond_the_clip_is_an_input_error(config: EditConfig, backend: Backend, tmp_path: Path) -> None:
    late = replace(config.prepare, frames=2, target_person=ClipPoint(0.5, 0.5, frame=2))
    pair = ClipPair.of(probe(SOURCE), probe(DANCE), replace(config, prepare=late))
    detector = PersonDetector.of(replace(config, prepare=late), pair, "target", tmp_path, SMALL)
    with pytest.raises(InputError, match="The target clip: A point is in frame 2; the clip has frames 0 to 1"):
        detector.detect(backend.preprocessors, ignore_events)
