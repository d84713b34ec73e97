"""`batch --ray`: the bits of one process, also where a worker dies."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from motionfollower.batch.cluster import do_in_worker
from tests.cli.commands import contents, run
from tests.cli.conftest import Made

pytest.importorskip("ray", reason="Ray isn't installed: requirements-ray.txt")

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray leaves the streams of its processes to themselves
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
    """Three jobs: two that are one edit, and one that can't succeed."""
    (tmp_path / "damaged.mp4").write_bytes(b"no video")
    clips = {"one": source, "damaged": tmp_path / "damaged.mp4", "two": source}
    entries = [
        {"name": name, "source": str(clip), "target": str(target), "size": "96x128"} for name, clip in clips.items()
    ]
    file = tmp_path / "jobs.jsonl"
    file.write_text("\n".join(map(json.dumps, entries)))
    return file


def kill_the_first_worker() -> None:
    """Wait for a process of the cluster that does a job, let it work for a moment, and kill it."""
    while (worker := next(working(), None)) is None:
        time.sleep(0.05)
    time.sleep(1)
    os.kill(worker, signal.SIGKILL)


def working() -> Iterator[int]:
    """The processes that do jobs."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            if f"ray::{do_in_worker.__name__}" in " ".join(process.cmdline()):
                yield process.pid


def test_the_bits_of_one_process_though_a_worker_dies(cluster: str, jobs: Path, edited: Made, tmp_path: Path) -> None:
    killer = threading.Thread(target=kill_the_first_worker, daemon=True)
    killer.start()
    outcome = run("batch", jobs, "-o", tmp_path / "out", "--ray", cluster)
    assert not killer.is_alive()
    assert outcome.code == 1
    assert "3 jobs: 2 done, 0 done before, 1 failed" in outcome.out
    for name in ("one", "two"):
        made, wanted = contents(tmp_path / "out" / name), contents(edited.folder)
        assert made.keys() == wanted.keys()
        assert [file for file in made if made[file] != wanted[file]] == ["run.json"]  # it has other times
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".lock", "batch.json", "one", "two"}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:6379"])
def test_an_address_where_nothing_answers(address: str, jobs: Path, tmp_path: Path) -> None:
    complaint = run("batch", jobs, "-o", tmp_path / "out", "--ray", address).complaint
    assert complaint == f"Nothing answers at {address}. Give the address that `ray start` told."
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["here", "a:b", "127.0.0.1"])
def test_what_is_no_address(address: str, jobs: Path, tmp_path: Path) -> None:
    complaint = run("batch", jobs, "-o", tmp_path / "out", "--ray", address).complaint
    assert complaint == f"The Ray address is {address!r}; allowed is HOST:PORT, as in 10.0.0.1:6379, or auto."
