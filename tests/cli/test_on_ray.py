"""`batch --ray` and `edit --ray` give the bits of a single process, also if a worker dies."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.errors import InputError
from motionfollower.core.events import Event, StageStarted
from motionfollower.pipeline.backends import cached_backend
from motionfollower.pipeline.chunks.chunking import Chunking
from motionfollower.pipeline.chunks.executors import LocalExecutor, RayExecutor
from motionfollower.pipeline.chunks.opening import CHUNK_DIR
from motionfollower.pipeline.ray_cluster import WorkerLostError, connect
from motionfollower.pipeline.run import run as run_recipe
from tests.cli.commands import contents, run
from tests.cli.conftest import LEO, MIA, CommandResult, MakeClip

pytestmark = pytest.mark.slow

pytest.importorskip("ray", reason="Ray isn't installed: requirements-ray.txt")

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray does not close the streams of its processes
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two workers on this machine."""
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    yield nodes.address
    nodes.shutdown()


@pytest.fixture
def jobs(source: Path, target: Path, tmp_path: Path) -> Path:
    """Three jobs: the same edit twice, and one that fails."""
    (tmp_path / "damaged.mp4").write_bytes(b"no video")
    clips = {"one": source, "damaged": tmp_path / "damaged.mp4", "two": source}
    entries = [
        {"name": name, "source": str(clip), "target": str(target), "size": "96x128"} for name, clip in clips.items()
    ]
    file = tmp_path / "jobs.jsonl"
    file.write_text("\n".join(map(json.dumps, entries)))
    return file


def kill_the_first_worker(task: str) -> threading.Thread:
    """Wait until a worker of the cluster runs such a task, and kill it after a moment."""

    def kill() -> None:
        while (worker := next(workers_running(task), None)) is None:
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    return killer


def workers_running(task: str) -> Iterator[int]:
    """The ids of the processes that run such a task."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # the process has ended
            if f"ray::{task}" in " ".join(process.cmdline()):
                yield process.pid


def test_a_batch_has_the_bits_of_one_process_if_a_worker_dies(
    cluster: str, jobs: Path, edited: CommandResult, tmp_path: Path
) -> None:
    killer = kill_the_first_worker("attempt_in_worker")
    outcome = run("batch", jobs, "-o", tmp_path / "out", "--ray", cluster)
    assert not killer.is_alive()
    assert outcome.code == 1
    assert "3 jobs: 2 done, 0 done before, 1 failed" in outcome.out
    for name in ("one", "two"):
        result, expected = contents(tmp_path / "out" / name), contents(edited.folder)
        assert result.keys() == expected.keys()
        assert [file for file in result if result[file] != expected[file]] == ["run.json"]  # the timings differ
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".lock", "batch.json", "one", "two"}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:6379"])
def test_an_unreachable_address(address: str, jobs: Path, tmp_path: Path) -> None:
    message = run("batch", jobs, "-o", tmp_path / "out", "--ray", address).error
    assert message == f"Nothing answers at {address}. Pass the address that `ray start` printed."
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["here", "a:b", "127.0.0.1"])
def test_an_invalid_address(address: str, jobs: Path, tmp_path: Path) -> None:
    message = run("batch", jobs, "-o", tmp_path / "out", "--ray", address).error
    assert message == f"The Ray address is {address!r}; allowed is HOST:PORT, as in 10.0.0.1:6379, or auto."


SMALL = Chunking(longest=6, overlap=3, fade=2, detection=6)


@pytest.fixture
def pair(make: MakeClip) -> EditConfig:
    """A source with two people side by side and a target with one: twelve small frames."""
    beside = "[0:v]scale=128:128[a];[1:v]scale=128:128,hflip[b];[a][b]hstack"
    crowd = make("crowd.mp4", "-i", MIA, "-i", LEO, "-filter_complex", beside, "-an", "-frames:v", "12")
    settings = PrepareSettings(frames=12, size=(256, 128))
    return EditConfig(crowd, LEO, settings, cached_backend("embedded").settings)


def test_a_long_edit_has_the_bits_of_one_process(cluster: str, pair: EditConfig, tmp_path: Path) -> None:
    """Also if it resumes from another process's chunk, a worker dies, and detections depend on each other."""
    one, many = tmp_path / "one", tmp_path / "many"
    totals: dict[str, int | None] = {}

    def keep_the_first_chunk(event: Event) -> None:
        if isinstance(event, StageStarted) and event.note.startswith("2 of 3"):
            detections = shutil.ignore_patterns("source_*.npz", "target_*.npz")
            shutil.copytree(one / CHUNK_DIR, many / CHUNK_DIR, ignore=detections)

    def note_totals(event: Event) -> None:
        if isinstance(event, StageStarted):
            totals[event.stage] = event.total

    run_recipe(pair, LocalExecutor(cached_backend("embedded")), one, keep_the_first_chunk, chunking=SMALL)
    killer = kill_the_first_worker("_edit_in_worker")
    with connect(cluster) as members:
        run_recipe(pair, RayExecutor(members, "embedded"), many, note_totals, chunking=SMALL)
    assert not killer.is_alive()
    assert (totals["detect spans"], totals["detect people"], totals["chunks"]) == (4, 2, 2)
    result, expected = contents(many), contents(one)
    assert result.keys() == expected.keys()
    assert [file for file in result if result[file] != expected[file]] == ["run.json"]  # the timings differ


def test_results_and_failures_of_tasks(cluster: str) -> None:
    def work(lesson: str, task: int) -> str:
        if task == 0:
            raise InputError(lesson)
        if task == 1:
            os._exit(1)
        if task == 2:
            time.sleep(600)
        return f"{lesson} {task}"

    with connect(cluster) as members:
        assert members.workers == 2
        results = dict(members.spread(work, "no work", [0, 1]))
        assert [type(results[place]) for place in (0, 1)] == [InputError, WorkerLostError]
        assert str(results[0]) == "no work"
        assert str(results[1]).startswith("The worker was lost 3 times; the last time: ")
        with closing(members.spread(work, "done", [3, 2, 2])) as closed:
            assert next(closed) == (0, "done 3")
        assert dict(members.spread(work, "done", [4, 5])) == {
            0: "done 4",
            1: "done 5",
        }  # the sleeping tasks were cancelled


@pytest.fixture
def clip_with_long_audio(source: Path, make: MakeClip) -> Path:
    """A clip of three frames whose audio stream announces a much longer duration."""
    return make("long_audio.mp4", "-i", source, "-f", "lavfi", "-i", "sine=d=9", "-map", "0:v", "-map", "1:a")


@pytest.mark.parametrize("command", ["edit", "batch"])
def test_the_chunks_of_long_edits_are_distributed(
    command: str, cluster: str, clip_with_long_audio: Path, tmp_path: Path
) -> None:
    clips = {"source": str(clip_with_long_audio), "target": str(clip_with_long_audio)}
    (tmp_path / "jobs.jsonl").write_text(json.dumps({"name": "long", "size": "96x128", **clips}))
    what = [tmp_path / "jobs.jsonl"] if command == "batch" else [*clips.values(), "--size", "96x128"]
    outcome = run(command, *what, "-o", tmp_path / "out", "--ray", cluster)
    assert outcome.code == 0
    assert "chunks 1/1" in outcome.err.splitlines()
    assert list((tmp_path / "out").rglob("frame_2.png"))


def test_a_short_edit_is_refused(source: Path, target: Path, tmp_path: Path) -> None:
    message = run("edit", source, target, "-o", tmp_path / "out", "--ray", "auto").error
    assert message.startswith("--ray needs an edit with several chunks: two clips of more than 96 frames")
    assert not (tmp_path / "out").exists()
