"""Progress of a job as typed events: stages, units done, previews.

A job is a function that takes a `Report` and calls it with each event. `events_of` turns one into a generator, for
those who would rather loop over the events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue
from threading import Event as Flag
from typing import TypeVar

from preprocess.progress import OnProgress
from preprocess.types import Frame


class Stage(StrEnum):
    """The stages of an edit; `run.json` has the seconds of each under this name."""

    READ = "read"
    SOURCE_POSES = "source poses"
    SOURCE_MASKS = "source masks"
    TARGET_POSES = "target poses"
    TARGET_MASKS = "target masks"
    ALIGN = "align"
    BACKGROUND = "background"
    PUPPET = "puppet"
    PLAN_MEMORY = "plan memory"
    SAMPLING = "sampling"
    DECODE = "decode"
    CHUNK = "chunk"
    MEASURE = "measure"
    WRITE = "write"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class StageStarted:
    """A stage began, with `total` units of work where they can be counted; `note` is a sentence about it.

    `stage` is a `Stage`, or the name that another job, such as training, gives its own.
    """

    stage: str
    total: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of a stage are done."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Preview:
    """The middle frame of the edit after `step` steps, uint8 [H, W, 3] at the working size."""

    step: int
    frame: Frame


Event = StageStarted | Progress | Preview
Report = Callable[[Event], None]
"""Called with each event of a job. It may raise to stop the job, which then leaves nothing behind."""

Result = TypeVar("Result")


def ignore_events(event: Event) -> None:
    """A `Report` that does nothing."""


def begin_stage(report: Report, stage: str, total: int, note: str = "") -> OnProgress:
    """Report the start of a stage of `total` units; the returned function reports how many are done."""
    report(StageStarted(stage, total, note))
    return lambda done: report(Progress(stage, done, total))


class Stopwatch:
    """A `Report` that measures the seconds of each stage, then passes the event on.

    A stage lasts until the next one starts. Stages of one name are added up.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._stage, self._since = "start", time.perf_counter()
        self._seconds: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, StageStarted):
            self._end_stage()
            self._stage, self._since = str(event.stage), time.perf_counter()
        self._report(event)

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds of each stage so far."""
        self._end_stage()
        self._since = time.perf_counter()
        return dict(self._seconds)

    def _end_stage(self) -> None:
        elapsed = time.perf_counter() - self._since
        self._seconds[self._stage] = round(self._seconds.get(self._stage, 0) + elapsed, 3)


class Cancelled(BaseException):
    """The caller no longer wants the job. Not an `Exception`: nothing that handles errors may swallow it."""


def events_of(job: Callable[[Report], Result]) -> Generator[Event, None, Result]:
    """Run a job in a thread and yield its events; the generator returns the job's result.

    Closing the generator stops the job at its next event, and waits until it has cleaned up.
    """
    inbox: SimpleQueue[Event | Future[Result]] = SimpleQueue()
    closed = Flag()

    def report(event: Event) -> None:
        if closed.is_set():
            raise Cancelled
        inbox.put(event)

    with ThreadPoolExecutor(max_workers=1) as thread:
        work = thread.submit(copy_context().run, job, report)
        work.add_done_callback(inbox.put)
        try:
            while not isinstance(item := inbox.get(), Future):
                yield item
        finally:
            closed.set()
    return work.result()
