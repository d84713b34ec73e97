"""How often an edit probes and decodes its clips: real ffmpeg processes, counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any, BinaryIO

import pytest

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.chunking import Chunking
from motionfollower.pipeline.chunks.executors import LocalExecutor
from motionfollower.pipeline.prepare import prepare
from motionfollower.pipeline.run import run, run_edit
from preprocess.video import ffmpeg
from tests.preprocess.clips import EXAMPLES

SOURCE, DANCE = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
FRAMES = 3


class MediaUse:
    """The ffmpeg processes that probe or decode each file."""

    def __init__(self) -> None:
        self.probes: Counter[Path] = Counter()
        self.decodes: Counter[Path] = Counter()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> MediaUse:
    """Counts while the test runs; what is counted happens all the same."""
    use, describe, running = MediaUse(), ffmpeg.describe, ffmpeg.running

    def count_probe(file: BinaryIO, *arguments: float) -> str:
        use.probes[Path(file.name)] += 1
        return describe(file, *arguments)

    @contextmanager
    def count_decode(arguments: Sequence[str], **pipes: Any) -> Iterator["Popen[bytes]"]:
        if isinstance(name := getattr(pipes["stdin"], "name", None), str | Path):
            use.decodes[Path(name)] += 1
        with running(arguments, **pipes) as process:
            yield process

    monkeypatch.setattr(ffmpeg, "describe", count_probe)
    monkeypatch.setattr(ffmpeg, "running", count_decode)
    return use


@pytest.fixture
def config(backend: Backend) -> EditConfig:
    return EditConfig(SOURCE, DANCE, PrepareSettings(frames=FRAMES, size=(128, 128)), backend.settings)


def test_an_edit_probes_each_clip_once_and_decodes_the_source_twice(
    config: EditConfig, backend: Backend, use: MediaUse, tmp_path: Path
) -> None:
    """The source is decoded at the working size, and at its own size for compositing."""
    run_edit(config, backend, tmp_path)
    assert use.probes == {SOURCE: 1, DANCE: 1}
    assert use.decodes == {SOURCE: 2, DANCE: 1}


def test_an_edit_of_prepared_clips_probes_nothing_and_decodes_the_source_once(
    config: EditConfig, backend: Backend, use: MediaUse, tmp_path: Path
) -> None:
    prepared = prepare(SOURCE, DANCE, config.prepare, backend.preprocessors)
    assert (use.probes, use.decodes) == ({SOURCE: 1, DANCE: 1}, {SOURCE: 1, DANCE: 1})
    run_edit(config, backend, tmp_path, prepared=prepared.inputs)
    assert (use.probes, use.decodes) == ({SOURCE: 1, DANCE: 1}, {SOURCE: 2, DANCE: 1})


def test_an_edit_in_chunks_probes_each_clip_once(
    config: EditConfig, backend: Backend, use: MediaUse, tmp_path: Path
) -> None:
    small = Chunking(longest=2, overlap=1, fade=0, detection=2)
    record = run(config, LocalExecutor(backend), tmp_path, chunking=small)
    assert record.frames == FRAMES
    assert use.probes == {SOURCE: 1, DANCE: 1}
