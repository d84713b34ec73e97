"""Run one job of a batch, with a retry; an error becomes its outcome and does not stop the other jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from traceback import format_exception

from motionfollower.cli.batch.folder import draft_dir
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import Outcome
from motionfollower.core.errors import InputError
from motionfollower.core.events import Report, StageStarted, ignore_events
from motionfollower.pipeline.backends import cached_backend
from motionfollower.pipeline.ray_cluster import RayCluster

MAX_TRIES = 2


def attempt(job: BatchJob, folder: Path, report: Report = ignore_events) -> Outcome:
    """Run a job in this process and move its result into the batch's folder."""
    command = job.command
    return _attempt(job, folder, lambda draft: command.run(cached_backend(command.backend), draft, report), report)


def attempt_on_cluster(job: BatchJob, folder: Path, cluster: RayCluster, report: Report = ignore_events) -> Outcome:
    """Run the chunks of a job on a cluster and move its result into the batch's folder."""
    return _attempt(job, folder, lambda draft: job.command.run_chunks(cluster, draft, report), report)


def _attempt(job: BatchJob, folder: Path, run: Callable[[Path], object], report: Report) -> Outcome:
    start = time.perf_counter()
    for tries in range(1, MAX_TRIES + 1):
        try:
            with draft_dir(folder, job) as draft:
                run(draft)
        except Exception as error:
            failure = error
            report(StageStarted("failed", note=str(error)))
        else:
            return Outcome(job.line, job.name, "done", tries, _seconds_since(start))
    if isinstance(failure, InputError):
        return Outcome.failed(job, MAX_TRIES, _seconds_since(start), str(failure))
    reason = f"{type(failure).__name__}: {failure}"
    return Outcome.failed(job, MAX_TRIES, _seconds_since(start), reason, "".join(format_exception(failure)))


def _seconds_since(start: float) -> float:
    return round(time.perf_counter() - start, 1)
