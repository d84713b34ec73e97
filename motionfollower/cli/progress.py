"""Shows a job's events: bars on a terminal, a plain line a stage elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import closing
from typing import Never, TextIO, TypeVar

from tqdm import tqdm

from motionfollower.core.events import Event, Progress, StageStarted
from preprocess.progress import Returning

Result = TypeVar("Result")


def run_with_progress(events: Generator[Event, None, Result]) -> Result:
    """Run a job to its end, showing its stages on stderr; its result."""
    stream = sys.stderr
    display = _Bars(stream) if stream.isatty() else _Lines(stream)
    with closing(Returning(events)) as job, closing(display):
        for event in job:
            display.show(event)
    return job.result


class _Bars:
    """One bar a stage."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[Never] | None = None

    def show(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self.close()
            if event.note:
                tqdm.write(event.note, file=self._stream)
            self._bar = tqdm(desc=f"{event.stage:13}", total=event.total, file=self._stream, leave=True)
        elif isinstance(event, Progress) and self._bar is not None:
            self._bar.update(event.done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """A line where a stage begins, and one for each quarter of a long one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            print(f"{event.stage} … {event.note}".rstrip(), file=self._stream, flush=True)
        elif isinstance(event, Progress) and event.done * 4 // event.total > (event.done - 1) * 4 // event.total:
            print(f"{event.stage} {event.done}/{event.total}", file=self._stream, flush=True)

    def close(self) -> None:
        pass
