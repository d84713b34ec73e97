"""Stop signals: each browser session stops its own work and nobody else's."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from threading import Event as Signal
from threading import Lock
from typing import TypeVar

from motionfollower.types import Event

Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818  (a wish, not an error)
    """The user pressed Stop."""


class Stops:
    """The signals of the sessions that are at work."""

    def __init__(self) -> None:
        self._signals: dict[str, Signal] = {}
        self._lock = Lock()

    @contextmanager
    def listening(self, session: str) -> Iterator[Signal]:
        """The signal of a session, for as long as it works."""
        signal = Signal()
        with self._lock:
            self._signals[session] = signal
        try:
            yield signal
        finally:
            with self._lock:
                if self._signals.get(session) is signal:
                    del self._signals[session]

    def stop(self, session: str) -> bool:
        """Tell a session's work to stop; whether there was any."""
        with self._lock:
            signal = self._signals.get(session)
        if signal is not None:
            signal.set()
        return signal is not None


def stop_if(signal: Signal) -> None:
    """Stopped where the signal is set."""
    if signal.is_set():
        raise Stopped


def until_stopped(events: Generator[Event, None, Result], signal: Signal) -> Generator[Event, None, Result]:
    """Pass events on; Stopped as soon as the signal is set, with the work behind the events closed."""
    with closing(events):
        while True:
            stop_if(signal)
            try:
                event = next(events)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield event
