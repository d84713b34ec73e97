"""Run jobs that report events: collect their events, or cancel them."""

from collections.abc import Generator
from typing import TypeVar

from motionfollower.core.events import Cancelled, Event, StageStarted

Result = TypeVar("Result")


def run_generator(job: Generator[Event, None, Result]) -> tuple[list[Event], Result]:
    """All events of a generator, and what it returns."""
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


class CancelAfter:
    """A `Report` or an `OnProgress` that raises `Cancelled` at the call after the first `count`."""

    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self, event: object) -> None:
        if self.left == 0:
            raise Cancelled
        self.left -= 1


def stages(events: list[Event]) -> list[str]:
    """The names of the stages that started, in order."""
    return [str(event.stage) for event in events if isinstance(event, StageStarted)]
