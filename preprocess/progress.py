"""Progress of work that goes through a clip frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

OnProgress = Callable[[int], None]
"""Called with the number of units done. It may raise to stop the work, which then leaves nothing behind."""


def ignore_progress(done: int) -> None:
    """An `OnProgress` that does nothing."""


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


def run_to_end(job: Generator[object, None, Result]) -> Result:
    """The result of a job whose events nobody looks at."""
    steps = Returning(job)
    for _ in steps:
        pass
    return steps.result


def frame_list(chosen: NDArray[np.bool_]) -> str:
    """The chosen frames of bool [F] in words, counted from 0: "frame 3", "frames 3, 12–30"."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    runs = [f"{first}" if first == end - 1 else f"{first}–{end - 1}" for first, end in edges.reshape(-1, 2)]
    return f"{'frame' if np.count_nonzero(chosen) == 1 else 'frames'} {', '.join(runs)}"
