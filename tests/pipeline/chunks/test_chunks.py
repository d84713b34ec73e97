"""Long clips: cut, looked at, edited part by part, joined; and gone on with where they were stopped."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.events import Event, StageStarted
from motionfollower.core.types import StepLosses
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, load_run_record
from motionfollower.pipeline.backends import Backend, load_backend
from motionfollower.pipeline.chunks.chunk import mean_losses
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking, blend_chunks
from motionfollower.pipeline.chunks.detection import ChunkDetections, PersonDetector, load_masks, no_detections
from motionfollower.pipeline.chunks.executors import LocalExecutor
from motionfollower.pipeline.chunks.pair import ClipPair, is_chunked
from motionfollower.pipeline.chunks.run import WORK, run_long
from motionfollower.pipeline.run import run_edit
from preprocess.align.person import Person
from preprocess.pose.skeleton import JOINTS
from preprocess.progress import run_to_end
from preprocess.types import ClipPoint, Frames, MaskSequence, PoseSequence
from preprocess.video.read import read_clip

EXAMPLES = Path(__file__).parents[3] / "examples"
SOURCE, DANCE = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
SMALL = Chunking(longest=8, overlap=4, fade=2, glance=5)
FRAMES = 12


class TestCutting:
    @pytest.mark.parametrize("frames", [1, 50, 97, 176, 177, 600, 1001])
    def test_the_parts_cover_the_clip_and_overlap(self, frames: int) -> None:
        parts, seams = DEFAULT_CHUNKING.parts(frames), DEFAULT_CHUNKING.seams(frames)
        assert (parts[0].start, parts[-1].stop) == (0, frames)
        assert {len(part) for part in parts} == {len(parts[0])}
        assert len(parts[0]) <= DEFAULT_CHUNKING.longest
        assert len(parts) == max(
            1, -(-(frames - DEFAULT_CHUNKING.overlap) // (DEFAULT_CHUNKING.longest - DEFAULT_CHUNKING.overlap))
        )
        for earlier, later, seam in zip(parts, parts[1:], seams, strict=False):
            assert len(range(later.start, earlier.stop)) >= DEFAULT_CHUNKING.overlap - 1
            assert later.start < seam.start < seam.stop < earlier.stop

    def test_one_part_gives_way_to_the_next_step_by_step(self) -> None:
        def picture(part: int, frame: int) -> np.ndarray:
            assert frame in parts[part]
            return np.full((2, 3, 3), 90 * part, np.uint8)

        parts, seams = SMALL.parts(FRAMES), SMALL.seams(FRAMES)
        levels = [int(frame.max()) for frame in blend_chunks(parts, seams, picture)]
        assert parts == (range(8), range(4, 12))
        assert seams == (range(5, 7),)
        assert levels == [0, 0, 0, 0, 0, 30, 60, 90, 90, 90, 90, 90]

    def test_clips_are_long_by_the_frames_that_they_promise(self, backend: Backend) -> None:
        def ask(frames: int | None, fps: float | None) -> bool:
            return is_chunked(EditConfig(SOURCE, DANCE, PrepareSettings(frames=frames, fps=fps), backend.settings))

        assert not ask(None, None)  # 48 frames
        assert ask(None, 36)
        assert not ask(96, 36)


class TestLook:
    def test_it_is_kept_as_it_was(self, tmp_path: Path) -> None:
        random = np.random.default_rng(6)
        masks = MaskSequence(random.random((3, 20, 13)) > 0.5, "mediapipe")
        keypoints = random.uniform(0, 13, (3, JOINTS, 2)).astype(np.float32)
        poses = PoseSequence(keypoints, np.ones((3, JOINTS), np.float32), masks.size)
        points = (ClipPoint(0.2, 0.7, 2), None)
        look = ChunkDetections(points, Person.of(poses, masks), ("Source: a “doubt”.",), has_others=True, travel=None)
        look.save(tmp_path / "look.npz", masks)
        again = ChunkDetections.load(tmp_path / "look.npz")
        assert np.array_equal(load_masks(tmp_path / "look.npz").masks, masks.masks)
        assert np.array_equal(again.person.poses.keypoints, keypoints)
        assert np.array_equal(again.person.boxes, look.person.boxes)
        assert (again.points, again.doubts, again.has_others, again.travel) == (points, look.doubts, True, None)

    def test_it_knows_where_the_person_is(self) -> None:
        poses, masks = no_detections(2, (40, 20))
        poses.keypoints[1], poses.scores[1] = (10, 15), 1
        look = ChunkDetections((None,), Person.of(poses, masks), (), has_others=False, travel=0.0)
        assert look.place(0, shown_in=3) is None
        assert look.place(-1, shown_in=3) == ClipPoint(0.25, 0.75, 3)


def test_a_look_is_made_again_where_the_person_is_looked_for_elsewhere(
    request_: EditConfig, backend: Backend, tmp_path: Path
) -> None:
    def look(*points: ClipPoint | None) -> list[Event]:
        return list(surveyor.look(0, points, backend.preprocessors))

    pair = ClipPair.of(replace(request_, prepare=replace(request_.prepare, frames=2)))
    surveyor = PersonDetector(pair, "source", None, (), watches_camera=False, folder=tmp_path, cutting=SMALL)
    assert surveyor.unaided() == [0]
    assert look(None)
    assert surveyor.unaided() == []
    assert not look(None)
    assert look(ClipPoint(0.5, 0.5), None)
    assert not look(ClipPoint(0.5, 0.5), None)
    assert look(None)
    assert replace(surveyor, follows=ClipPoint(0.5, 0.5), folder=tmp_path / "new").unaided() == []


def test_parts_without_anybody_have_no_losses() -> None:
    mean = mean_losses([(StepLosses(0, 1.0, 2.0),), (), (StepLosses(0, 3.0, 6.0),)])
    assert mean == (StepLosses(0, 2.0, 4.0),)


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load_backend("embedded")


@pytest.fixture(scope="module")
def request_(backend: Backend) -> EditConfig:
    return EditConfig(SOURCE, DANCE, PrepareSettings(frames=FRAMES, size=(128, 128)), backend.settings)


@pytest.fixture(scope="module")
def whole(request_: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edit made in one go."""
    folder = tmp_path_factory.mktemp("whole")
    run_to_end(run_edit(request_, backend, folder))
    return folder


@pytest.fixture(scope="module")
def in_parts(
    request_: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, RunMetadata]:
    """The edit made in two parts."""
    folder = tmp_path_factory.mktemp("parts")
    return folder, run_to_end(run_long(request_, LocalExecutor(backend), folder, SMALL))


def frames_of(folder: Path) -> Frames:
    return read_clip(ResultFiles(folder).frames).frames


def test_a_long_edit_is_a_result_like_any_other(in_parts: tuple[Path, RunMetadata], whole: Path) -> None:
    folder, run = in_parts
    assert {path.name for path in folder.iterdir()} == {path.name for path in whole.iterdir()}
    assert load_run_record(folder / "run.json") == run
    usual = load_run_record(whole / "run.json")
    assert (run.frames, run.size, run.fps, run.sampler) == (usual.frames, usual.size, usual.fps, usual.sampler)
    assert run.measures is not None
    assert usual.measures is not None
    assert run.measures.background_kept == pytest.approx(usual.measures.background_kept, abs=0.02)


def test_the_parts_agree_with_the_whole(in_parts: tuple[Path, RunMetadata], whole: Path) -> None:
    """Both put the person to the same place; the source as it is, is much farther from either."""
    one, other = frames_of(in_parts[0]).astype(int), frames_of(whole).astype(int)
    source = read_clip(SOURCE, max_frames=FRAMES).frames.astype(int)
    assert np.abs(one - other).mean() < np.abs(source - other).mean() / 4


@pytest.mark.parametrize("moment", ["source masks", "part", "write"])
def test_a_stopped_edit_goes_on(
    moment: str, request_: EditConfig, backend: Backend, in_parts: tuple[Path, RunMetadata], tmp_path: Path
) -> None:
    last = sum(
        event == moment for event in stages(run_long(request_, LocalExecutor(backend), tmp_path / "probe", SMALL))
    )
    assert last
    work = run_long(request_, LocalExecutor(backend), tmp_path / "edit", SMALL)
    seen = 0
    for event in work:
        seen += isinstance(event, StageStarted) and event.stage == moment
        if seen == last:
            break
    work.close()
    assert [path.name for path in (tmp_path / "edit").iterdir()] == [WORK]
    again = list(stages(run_long(request_, LocalExecutor(backend), tmp_path / "edit", SMALL)))
    assert again.count("part") == {"source masks": 2, "part": 1, "write": 0}[moment]
    assert np.array_equal(frames_of(tmp_path / "edit"), frames_of(in_parts[0]))
    assert not (tmp_path / "edit" / WORK).exists()


def stages(work: Generator[Event, None, RunMetadata]) -> list[str]:
    return [event.stage for event in work if isinstance(event, StageStarted)]
