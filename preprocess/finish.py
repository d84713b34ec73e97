"""Jobs are generators that return something: looping over one, or running it to its end without showing it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Generic, TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


class Returning(Generic[Step, Result]):
    """A job for a `for` loop; when the loop has ended, `result` is what it returned."""

    result: Result

    def __init__(self, job: Generator[Step, None, Result]) -> None:
        self._job = job

    def __iter__(self) -> Generator[Step, None, None]:
        self.result = yield from self._job

    def close(self) -> None:
        """Stop the job where it is."""
        self._job.close()


def finish(job: Generator[object, None, Result]) -> Result:
    """The result of a job whose events nobody looks at."""
    steps = Returning(job)
    for _ in steps:
        pass
    return steps.result
