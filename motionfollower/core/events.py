"""Generators of events that return a result: making them from counts, and timing their stages."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from preprocess.progress import Returning
from preprocess.types import Frame


@dataclass(frozen=True)
class StageStarted:
    """A stage of the job began; `total` units of work lie before it, where they can be counted.

    `note` is a sentence about it for people.
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
    """What the middle frame of the edit looks like after `step` steps, uint8 [H, W, 3] at the working size."""

    step: int
    frame: Frame


Event = StageStarted | Progress | Preview

Result = TypeVar("Result")


def progress_events(stage: str, total: int, counts: Generator[int, None, Result]) -> Generator[Event, None, Result]:
    """A stage of `total` units of work from a generator of how many are done."""
    yield StageStarted(stage, total)
    with closing(Returning(counts)) as job:
        for done in job:
            yield Progress(stage, done, total)
    return job.result


class Stopwatch:
    """Measures how long each stage takes, in seconds; a stage ends where the next one starts."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, events: Generator[Event, None, Result]) -> Generator[Event, None, Result]:
        """Pass the events on."""
        stage, since = "start", time.perf_counter()
        with closing(Returning(events)) as job:
            for event in job:
                if isinstance(event, StageStarted):
                    self._add(stage, since)
                    stage, since = event.stage, time.perf_counter()
                yield event
        self._add(stage, since)
        return job.result

    def _add(self, stage: str, since: float) -> None:
        self.seconds[stage] = round(self.seconds.get(stage, 0) + time.perf_counter() - since, 3)
