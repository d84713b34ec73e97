"""Stop signals, and jobs that end when theirs is set: a session can only stop its own work."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event as Signal
from threading import Lock
from typing import Generic, TypeVar

from motionfollower.core.events import Cancelled

Item = TypeVar("Item")

POLL_SECONDS = 0.1  # how late Stop may be noticed


class Cancellation:
    """The stop signals of the sessions that are running a job."""

    def __init__(self) -> None:
        self._signals: dict[str, Signal] = {}
        self._lock = Lock()

    @contextmanager
    def signal_for(self, session: str) -> Iterator[Signal]:
        """The signal of a session, for the duration of its job."""
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
        """Set the signal of a session; whether it was running a job."""
        with self._lock:
            signal = self._signals.get(session)
        if signal is not None:
            signal.set()
        return signal is not None


@dataclass(frozen=True, eq=False)
class _Emitted(Generic[Item]):
    """An item on its way to the consumer."""

    item: Item
    is_consumed: Signal = field(default_factory=Signal)


def run_cancellable(
    job: Callable[[Callable[[Item], None]], object], signal: Signal, thread: Executor
) -> Generator[Item, None, None]:
    """Run a job in a thread and yield the items that it emits; raise Cancelled as soon as `signal` is set.

    Cancelled is raised at once, even during a long step of the job; the job itself ends when it next emits an item. It
    also ends when this generator is closed. The job's `emit(item)` returns when the consumer asks for the next item:
    files that an item refers to may then be deleted.
    """
    inbox: SimpleQueue[_Emitted[Item] | Future[object]] = SimpleQueue()

    def emit(item: Item) -> None:
        raise_if_cancelled(signal)
        inbox.put(emitted := _Emitted(item))
        while not emitted.is_consumed.wait(POLL_SECONDS):
            raise_if_cancelled(signal)

    # In a copy of the context: ZeroGPU finds there for which request it lends a GPU.
    work = thread.submit(copy_context().run, job, emit)
    work.add_done_callback(inbox.put)
    try:
        while not isinstance(received := _receive(inbox, signal), Future):
            yield received.item
            received.is_consumed.set()
    finally:
        signal.set()
    received.result()


def _receive(inbox: SimpleQueue[Item], signal: Signal) -> Item:
    while True:
        raise_if_cancelled(signal)
        with suppress(Empty):
            return inbox.get(timeout=POLL_SECONDS)


def raise_if_cancelled(signal: Signal) -> None:
    """Raise Cancelled if the signal is set."""
    if signal.is_set():
        raise Cancelled
