"""Run a job to its end without showing it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


def finish(job: Generator[object, None, Result]) -> Result:
    """The result of a job whose events nobody looks at."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            result: Result = stop.value
            return result
