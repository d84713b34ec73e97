"""Stop signals: each browser session stops its own work and nobody else's."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from contextvars import Context, copy_context
from threading import Event as Signal
from threading import Lock
from typing import TypeVar

Item = TypeVar("Item")

PATIENCE = 0.1  # seconds between two looks at the signal


class Cancelled(Exception):  # noqa: N818  (a wish, not an error)
    """The user pressed Stop."""


class Cancellation:
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


def run_cancellable(work: Generator[Item, None, None], signal: Signal, thread: Executor) -> Generator[Item, None, None]:
    """Pass on what work yields in a thread; Stopped as soon as the signal is set, even amid a long step.

    The thread then ends that step by itself, and closes the work after it.
    """
    try:
        while True:
            step = thread.submit(_take, copy_context(), work)
            while not wait([step], PATIENCE).done:
                raise_if_cancelled(signal)
            item = step.result()
            if item is None:
                return
            yield item
            raise_if_cancelled(signal)
    finally:
        thread.submit(work.close)


def _take(context: Context, work: Generator[Item, None, None]) -> Item | None:
    """The next of work, where a lent GPU knows whose it is; None at the end."""
    return context.run(lambda: next(work, None))


def raise_if_cancelled(signal: Signal) -> None:
    """Stopped where the signal is set."""
    if signal.is_set():
        raise Cancelled
