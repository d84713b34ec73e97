"""Show the progress of a job on stderr: a bar per stage on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Never, TextIO

from tqdm import tqdm

from motionfollower.core.events import Event, Progress, Report, StageStarted


@contextmanager
def progress_display() -> Iterator[Report]:
    """Yield the `Report` that shows a job's events on stderr; previews are ignored."""
    stream = sys.stderr
    with closing(_Bars(stream) if stream.isatty() else _Lines(stream)) as display:
        yield display.show


class _Bars:
    """One tqdm bar per stage."""

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
    """A line at the start of each stage, and one at each quarter of a stage of known length."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            print(f"{event.stage} … {event.note}".rstrip(), file=self._stream, flush=True)
        elif isinstance(event, Progress) and event.done * 4 // event.total > (event.done - 1) * 4 // event.total:
            print(f"{event.stage} {event.done}/{event.total}", file=self._stream, flush=True)

    def close(self) -> None:
        """Do nothing; lines are complete when they are printed."""
