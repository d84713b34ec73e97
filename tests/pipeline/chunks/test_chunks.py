"""Long clips: split into chunks, people detected in spans, chunks edited and blended, and resumed when cancelled."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import EditConfig, PrepareSettings, SamplerSettings
from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.events import (
    Cancelled,
    Event,
    Progress,
    Report,
    Stage,
    StageStarted,
    events_of,
    ignore_events,
)
from motionfollower.core.types import StepLosses
from motionfollower.io.compositing import EditLayer
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, load_run_record
from motionfollower.pipeline.backends import Backend, load_backend
from motionfollower.pipeline.chunks.chunk import ChunkResult, DiskStore
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking, blend_chunks
from motionfollower.pipeline.chunks.detection import (
    Detections,
    PersonDetector,
    SpanDetections,
    load_masks,
    no_detections,
)
from motionfollower.pipeline.chunks.executors import LocalExecutor
from motionfollower.pipeline.chunks.opening import CHUNK_DIR, has_chunks
from motionfollower.pipeline.reading import ClipPair
from motionfollower.pipeline.run import run
from preprocess.align.person import Person
from preprocess.pose.skeleton import JOINTS
from preprocess.types import ClipPoint, Frame, Frames, MaskSequence, PoseSequence
from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from preprocess.warnings import ClipWarning, WarningCode
from tests.full_disk import disk_with_room_for
from tests.jobs import stages

EXAMPLES = Path(__file__).parents[3] / "examples"
SOURCE, DANCE = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
SMALL = Chunking(longest=8, overlap=4, fade=2, detection=5)
FRAMES = 12


class TestChunking:
    @pytest.mark.parametrize("frames", [1, 50, 97, 176, 177, 600, 1001])
    def test_the_chunks_cover_the_clip_and_overlap(self, frames: int) -> None:
        chunks, seams = DEFAULT_CHUNKING.chunks(frames), DEFAULT_CHUNKING.seams(frames)
        longest, overlap = DEFAULT_CHUNKING.longest, DEFAULT_CHUNKING.overlap
        assert (chunks[0].start, chunks[-1].stop) == (0, frames)
        assert {len(chunk) for chunk in chunks} == {len(chunks[0])}
        assert len(chunks[0]) <= longest
        assert len(chunks) == max(1, -(-(frames - overlap) // (longest - overlap)))
        for earlier, later, seam in zip(chunks, chunks[1:], seams, strict=False):
            assert len(range(later.start, earlier.stop)) >= overlap - 1
            assert later.start < seam.start < seam.stop < earlier.stop

    @pytest.mark.parametrize("frames", [1, 64, 65, 600])
    def test_the_detection_spans_cover_the_clip_without_overlap(self, frames: int) -> None:
        spans = DEFAULT_CHUNKING.detection_spans(frames)
        assert [frame for span in spans for frame in span] == list(range(frames))
        assert max(map(len, spans)) <= DEFAULT_CHUNKING.detection

    def test_a_chunk_is_blended_into_the_next_over_their_seam(self) -> None:
        def composite(chunk: int, frame: int, original: Frame) -> Frame:
            assert frame in chunks[chunk]
            assert original is source[frame]
            return np.full((2, 3, 3), 90 * chunk, np.uint8)

        source = [np.full((2, 3, 3), frame, np.uint8) for frame in range(FRAMES)]
        chunks, seams = SMALL.chunks(FRAMES), SMALL.seams(FRAMES)
        pairs = list(blend_chunks(chunks, seams, source, composite))
        assert chunks == (range(8), range(4, 12))
        assert seams == (range(5, 7),)
        assert all(original is frame for (original, _), frame in zip(pairs, source, strict=True))
        assert [int(edited.max()) for _, edited in pairs] == [0, 0, 0, 0, 0, 30, 60, 90, 90, 90, 90, 90]

    @pytest.mark.parametrize("frames", [FRAMES - 1, FRAMES + 1])
    def test_a_source_of_another_length_is_an_error(self, frames: int) -> None:
        source = np.zeros((frames, 2, 3, 3), np.uint8)
        with pytest.raises(AssertionError):
            list(blend_chunks(SMALL.chunks(FRAMES), SMALL.seams(FRAMES), source, lambda chunk, frame, image: image))

    def test_clips_have_chunks_by_the_frames_that_their_headers_promise(self, backend: Backend) -> None:
        def is_long(frames: int | None, fps: float | None) -> bool:
            return has_chunks(EditConfig(SOURCE, DANCE, PrepareSettings(frames=frames, fps=fps), backend.settings))

        assert not is_long(None, None)  # 48 frames
        assert is_long(None, 36)
        assert not is_long(96, 36)


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


class TestDiskStore:
    RESULT = ChunkResult(
        SamplerSettings(seed=2**62 + 1),
        (StepLosses(0, 1.5, 2.0),),
        (ClipWarning(WarningCode.SMALLER_WINDOW, (3,), "source", {"window": 8}),),
        source_flicker=0.25,
    )

    @pytest.mark.parametrize("is_locked", [True, False])
    def test_a_chunk_is_read_as_it_was_written(self, is_locked: bool, tmp_path: Path) -> None:
        random = np.random.default_rng(4)
        frames = random.integers(0, 256, (2, 20, 29, 3), dtype=np.uint8)
        masks = random.random((2, 20, 29)) > 0.5 if is_locked else None
        layer = EditLayer(frames, masks, random.random((20, 29)) > 0.5, None)
        store = DiskStore(tmp_path, None)
        assert store.result(0) is None
        store.write(0, self.RESULT, layer)
        assert store.result(0) == self.RESULT
        assert store.result(1) is None
        for index, source in enumerate(random.integers(0, 256, frames.shape, dtype=np.uint8)):
            assert np.array_equal(store.layer(0).composite(source, index), layer.composite(source, index))

    @pytest.mark.usefixtures("full_disk")
    def test_a_full_disk_leaves_no_chunk(self, tmp_path: Path) -> None:
        frames = np.random.default_rng(4).integers(0, 256, (2, 20, 29, 3), dtype=np.uint8)
        with pytest.raises(OutputError, match="chunk_0"):
            DiskStore(tmp_path, None).write(0, self.RESULT, EditLayer(frames, None, None, None))
        assert not list(tmp_path.iterdir())


@pytest.fixture
def full_disk() -> Generator[None, None, None]:
    with disk_with_room_for(300):
        yield


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load_backend("embedded")


@pytest.fixture(scope="module")
def config(backend: Backend) -> EditConfig:
    return EditConfig(SOURCE, DANCE, PrepareSettings(frames=FRAMES, size=(128, 128)), backend.settings)


@pytest.fixture(scope="module")
def whole(config: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edit in one chunk."""
    folder = tmp_path_factory.mktemp("whole")
    run(config, LocalExecutor(backend), folder)
    return folder


@dataclass(frozen=True)
class ChunkedRun:
    """The edit in two chunks, and its events."""

    folder: Path
    record: RunMetadata
    events: list[Event]


@pytest.fixture(scope="module")
def chunked(config: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> ChunkedRun:
    folder, events = tmp_path_factory.mktemp("chunks"), []
    return ChunkedRun(folder, run_small(config, backend, folder, events.append), events)


def run_small(config: EditConfig, backend: Backend, folder: Path, report: Report) -> RunMetadata:
    return run(config, LocalExecutor(backend), folder, report, chunking=SMALL)


def frames_of(folder: Path) -> Frames:
    return read_clip(ResultFiles(folder).frames).frames


@pytest.mark.slow
def test_an_edit_in_chunks_has_the_same_files_and_record(chunked: ChunkedRun, whole: Path) -> None:
    record = chunked.record
    assert {path.name for path in chunked.folder.iterdir()} == {path.name for path in whole.iterdir()}
    assert load_run_record(chunked.folder / "run.json") == record
    in_one = load_run_record(whole / "run.json")
    assert (record.frames, record.size, record.fps) == (in_one.frames, in_one.size, in_one.fps)
    assert (record.sampler, record.surroundings) == (in_one.sampler, in_one.surroundings)
    assert record.measures is not None
    assert in_one.measures is not None
    assert record.measures.background_kept == pytest.approx(in_one.measures.background_kept, abs=0.02)
    assert record.measures.source_flicker == pytest.approx(in_one.measures.source_flicker, rel=0.2)


def test_chunks_agree_with_an_edit_in_one(chunked: ChunkedRun, whole: Path) -> None:
    """Both move the person to the same position; the unedited source is much farther from either."""
    one, other = frames_of(chunked.folder).astype(int), frames_of(whole).astype(int)
    source = read_clip(SOURCE, max_frames=FRAMES).frames.astype(int)
    assert np.abs(one - other).mean() < np.abs(source - other).mean() / 4


class CancelAtStage:
    """A `Report` that cancels when a stage starts for the nth time."""

    def __init__(self, stage: str, times: int) -> None:
        self.stage, self.times = stage, times

    def __call__(self, event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage == self.stage:
            self.times -= 1
            if self.times == 0:
                raise Cancelled


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "edited_again"), [("source masks", 2), ("chunk", 1), ("write", 0), ("measure", 0)])
def test_a_cancelled_edit_resumes(
    stage: str, edited_again: int, config: EditConfig, backend: Backend, chunked: ChunkedRun, tmp_path: Path
) -> None:
    """Cancelled in the last of the stages of that name."""
    times = stages(chunked.events).count(stage)
    with pytest.raises(Cancelled):
        run_small(config, backend, tmp_path, CancelAtStage(stage, times))
    assert [path.name for path in tmp_path.iterdir()] == [CHUNK_DIR]
    check_resumes(config, backend, tmp_path, chunked, edited_again)


@pytest.mark.slow
def test_an_edit_whose_events_are_closed_resumes(
    config: EditConfig, backend: Backend, chunked: ChunkedRun, tmp_path: Path
) -> None:
    job = events_of(lambda report: run_small(config, backend, tmp_path, report))
    times = 0
    while times < 2:
        event = next(job)
        times += isinstance(event, StageStarted) and event.stage == Stage.CHUNK
    job.close()
    assert [path.name for path in tmp_path.iterdir()] == [CHUNK_DIR]
    check_resumes(config, backend, tmp_path, chunked, edited_again=1)


def check_resumes(config: EditConfig, backend: Backend, folder: Path, chunked: ChunkedRun, edited_again: int) -> None:
    """Run the edit again: only what was not finished is computed, and the result is the same."""
    events: list[Event] = []
    record = run_small(config, backend, folder, events.append)
    assert stages(events).count("chunk") == edited_again
    assert np.array_equal(frames_of(folder), frames_of(chunked.folder))
    assert replace(record, seconds={}) == replace(chunked.record, seconds={})
    assert not (folder / CHUNK_DIR).exists()


def test_a_killed_process_leaves_nothing_beside_the_chunks(
    config: EditConfig, backend: Backend, tmp_path: Path
) -> None:
    names: list[list[str]] = []

    def look(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == Stage.WRITE:
            names.append([path.name for path in tmp_path.iterdir()])

    run_small(config, backend, tmp_path, look)
    assert names == [[CHUNK_DIR]] * FRAMES


def test_chunks_of_another_edit_are_deleted(
    config: EditConfig, backend: Backend, chunked: ChunkedRun, tmp_path: Path
) -> None:
    chunk = tmp_path / CHUNK_DIR / "chunk_0"
    chunk.mkdir(parents=True)
    (chunk / "chunk.json").write_text("of another edit")
    (tmp_path / CHUNK_DIR / "edit").write_text("another hash")
    with pytest.raises(Cancelled):
        run_small(config, backend, tmp_path, CancelAtStage("source poses", 1))
    assert [path.name for path in (tmp_path / CHUNK_DIR).iterdir()] == ["edit"]
