"""Run independent tasks in parallel processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Result = TypeVar("Result")


def run_in_processes(jobs: int, tasks: Iterable[Callable[[], Result]]) -> Generator[Result, None, None]:
    """Run picklable tasks in `jobs` new processes; yield their results as they finish.

    A single job runs in this process. Closing the generator drops tasks that have not started.
    """
    if jobs == 1:
        yield from (task() for task in tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(task) for task in tasks]
        try:
            yield from (finished.result() for finished in as_completed(work))
        finally:
            pool.shutdown(cancel_futures=True)
