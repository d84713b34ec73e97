"""Whose turn it is: one piece of heavy work at a time, first come, first served."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

PATIENCE = 0.3  # seconds between two looks at the line: how late Stop may be for one who waits


@dataclass(eq=False)
class Ticket:
    """A place in a line."""

    _line: list[Ticket]
    _moved: Condition

    def wait(self) -> Generator[int, None, None]:
        """Yield how many are before, at each move of the line and now and then, until nobody is."""
        while before := self._before():
            yield before
            with self._moved:
                self._moved.wait(PATIENCE)

    def _before(self) -> int:
        with self._moved:
            return self._line.index(self)


@dataclass(frozen=True)
class WorkQueue:
    """The line of those who want to work; its first one does."""

    thread: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))
    """The one in which all heavy work is done: a new one for each would cost memory each time."""

    _line: list[Ticket] = field(default_factory=list)
    _moved: Condition = field(default_factory=Condition)

    @contextmanager
    def lining_up(self) -> Iterator[Ticket]:
        """A place at the end of the line, given up at the end however that comes."""
        place = Ticket(self._line, self._moved)
        with self._moved:
            self._line.append(place)
        try:
            yield place
        finally:
            with self._moved:
                self._line.remove(place)
                self._moved.notify_all()
