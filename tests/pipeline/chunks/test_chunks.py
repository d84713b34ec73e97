"""Edits in chunks: they agree with an edit in one, and resume when they are cancelled or killed."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import EditConfig
from motionfollower.core.events import (
    Cancelled,
    Event,
    Progress,
    Report,
    Stage,
    StageStarted,
    events_of,
)
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, load_run_record
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.executors import LocalExecutor
from motionfollower.pipeline.chunks.opening import CHUNK_DIR
from motionfollower.pipeline.run import run
from preprocess.types import Frames
from preprocess.video.read import read_clip
from tests.jobs import stages
from tests.pipeline.chunks.small import FRAMES, SMALL, SOURCE


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
