"""One job of a batch: done, once more where it fails, and never in the way of the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from traceback import format_exception

from motionfollower.cli.batch.folder import workplace
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import Outcome
from motionfollower.core.errors import InputError
from motionfollower.core.events import Event, StageStarted
from motionfollower.pipeline.backends import loaded_backend
from motionfollower.pipeline.ray_cluster import RayCluster

TRIES = 2


def attempt(job: BatchJob, folder: Path) -> Generator[Event, None, Outcome]:
    """Do a job in this process and put its result into its place in the batch's folder; what became of it."""
    return _attempt(job, folder, lambda draft: job.order.run(loaded_backend(job.order.backend), draft))


def attempt_spread(job: BatchJob, folder: Path, cluster: RayCluster) -> Generator[Event, None, Outcome]:
    """The same for a job that has parts, which are spread over a cluster."""
    return _attempt(job, folder, lambda draft: job.order.run_spread(cluster, draft))


def _attempt(
    job: BatchJob, folder: Path, run: Callable[[Path], Generator[Event, None, object]]
) -> Generator[Event, None, Outcome]:
    began = time.perf_counter()
    for tries in range(1, TRIES + 1):
        try:
            with workplace(folder, job) as draft:
                yield from run(draft)
        except Exception as error:
            failure = error
            yield StageStarted("failed", note=str(error))
        else:
            return Outcome(job.line, job.name, "done", tries, _seconds_since(began))
    if isinstance(failure, InputError):
        return Outcome.failed(job, TRIES, _seconds_since(began), str(failure))
    reason = f"{type(failure).__name__}: {failure}"
    return Outcome.failed(job, TRIES, _seconds_since(began), reason, "".join(format_exception(failure)))


def _seconds_since(began: float) -> float:
    return round(time.perf_counter() - began, 1)
