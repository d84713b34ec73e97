"""Jobs of a batch spread over a Ray cluster that is there already, whose machines share the files."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from motionfollower.batch.attempt import attempt
from motionfollower.batch.jobs import BatchJob
from motionfollower.batch.report import Outcome
from motionfollower.errors import InputError
from motionfollower.types import Event, Progress, StageStarted
from preprocess.finish import finish

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"auto|(?P<host>[\w.-]+|\[[\da-fA-F:.]+\]):(?P<port>\d{1,5})")
PATIENCE = 5.0  # seconds for an address to answer
NEW_WORKERS = 2  # how often a job is given to another worker because its own has died
STAGE = "jobs"


def on_cluster(address: str) -> Callable[[Sequence[BatchJob], Path], Generator[Event | Outcome, None, None]]:
    """Does jobs on the cluster at an address: HOST:PORT of its head, or "auto" for the one that runs on this machine.

    InputError where Ray isn't installed, or nothing answers.
    """
    ray = _imported()
    _check_address(address)

    def do(jobs: Sequence[BatchJob], folder: Path) -> Generator[Event | Outcome, None, None]:
        yield StageStarted(STAGE, len(jobs), note=f"on the Ray cluster at {address}")
        with _joined(ray, address):
            yield from _spread(ray, jobs, folder.absolute())

    return do


def _imported() -> ModuleType:
    try:
        return import_module("ray")
    except ImportError as error:
        raise InputError(
            "--ray needs the package ray. Install it with `pip install -r requirements-ray.txt`, here and on every "
            "machine of the cluster, or leave --ray out."
        ) from error


def _check_address(address: str) -> None:
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise InputError(f"The Ray address is {address!r}; allowed is HOST:PORT, as in 10.0.0.1:6379, or auto.")
    if match["host"]:
        try:
            socket.create_connection((match["host"].strip("[]"), int(match["port"])), timeout=PATIENCE).close()
        except (OSError, OverflowError) as error:
            raise InputError(f"Nothing answers at {address}. Give the address that `ray start` told.") from error


@contextmanager
def _joined(ray: ModuleType, address: str) -> Generator[None, None, None]:
    """Be part of a cluster; what it does for us ends with the block. Its workers find our code where it is here."""
    environment = {"env_vars": {"PYTHONPATH": str(ROOT)}}
    try:
        ray.init(address=address, runtime_env=environment, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(
            f"The Ray cluster at {address} can't be joined: {str(error).splitlines()[0]} "
            "Start one with `ray start --head`, and run this on one of its machines."
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _spread(ray: ModuleType, jobs: Sequence[BatchJob], folder: Path) -> Generator[Event | Outcome, None, None]:
    """Hand out all jobs; a job whose worker dies is begun anew by another one."""
    gpus = 1 if ray.cluster_resources().get("GPU") else 0
    remote = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=NEW_WORKERS)(do_in_worker)
    pending = {remote.remote(job, folder): job for job in jobs}
    while pending:
        (reference,), _ = ray.wait(list(pending), num_returns=1)
        job = pending.pop(reference)
        try:
            yield ray.get(reference)
        except ray.exceptions.RayError as error:
            yield Outcome.failed(job, NEW_WORKERS + 1, 0.0, f"Its worker was lost: {str(error).splitlines()[0]}")
        yield Progress(STAGE, len(jobs) - len(pending), len(jobs))


def do_in_worker(job: BatchJob, folder: Path) -> Outcome:
    """Do a job in a worker's process."""
    return finish(attempt(job, folder))
