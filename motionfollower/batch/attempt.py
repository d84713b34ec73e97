"""One job of a batch: done in this process, once more where it fails, and never in the way of the others."""

from __future__ import annotations

import time
from collections.abc import Generator
from functools import cache
from pathlib import Path
from traceback import format_exception

from motionfollower.backends import Backend, BackendName, load_backend
from motionfollower.batch.folder import workplace
from motionfollower.batch.jobs import BatchJob
from motionfollower.batch.report import Outcome
from motionfollower.errors import InputError
from motionfollower.types import Event, StageStarted

TRIES = 2


def attempt(job: BatchJob, folder: Path) -> Generator[Event, None, Outcome]:
    """Do a job and put its result into its place in the batch's folder; what became of it."""
    began = time.perf_counter()
    for tries in range(1, TRIES + 1):
        try:
            with workplace(folder, job) as draft:
                yield from job.order.run(_loaded(job.order.backend), draft)
        except Exception as error:
            failure = error
            yield StageStarted("failed", note=str(error))
        else:
            return Outcome(job.line, job.name, "done", tries, _seconds_since(began))
    if isinstance(failure, InputError):
        return Outcome.failed(job, TRIES, _seconds_since(began), str(failure))
    reason = f"{type(failure).__name__}: {failure}"
    return Outcome.failed(job, TRIES, _seconds_since(began), reason, "".join(format_exception(failure)))


@cache
def _loaded(backend: BackendName) -> Backend:
    """A backend, loaded once a process."""
    return load_backend(backend)


def _seconds_since(began: float) -> float:
    return round(time.perf_counter() - began, 1)
