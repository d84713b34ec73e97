"""The work queue: one job at a time, first come, first served."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

POLL_SECONDS = 0.3  # how late a waiting session may notice Stop


@dataclass(eq=False)
class Ticket:
    """A position in a queue."""

    _tickets: list[Ticket]
    _moved: Condition

    def wait(self) -> Generator[int, None, None]:
        """Yield the number of tickets ahead, each time the queue moves and at least every POLL_SECONDS, until 0."""
        while ahead := self._ahead():
            yield ahead
            with self._moved:
                self._moved.wait(POLL_SECONDS)

    def _ahead(self) -> int:
        with self._moved:
            return self._tickets.index(self)


@dataclass(frozen=True)
class WorkQueue:
    """The tickets of the jobs that wait; the first one runs."""

    thread: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))
    """Runs every job: a new thread for each would cost memory each time."""

    _tickets: list[Ticket] = field(default_factory=list)
    _moved: Condition = field(default_factory=Condition)

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """A ticket at the end of the queue, returned when the block is left."""
        ticket = Ticket(self._tickets, self._moved)
        with self._moved:
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()
