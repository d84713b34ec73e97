"""Run independent tasks in parallel processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from multiprocessing import get_context
from typing import TypeVar

from preprocess.progress import OnProgress, ignore_progress

Result = TypeVar("Result")


def run_missing(
    processes: int, tasks: Sequence[Callable[[], Result]], total: int, on_progress: OnProgress = ignore_progress
) -> list[Result]:
    """Run the tasks that remain of `total` in parallel; their results, in the order in which they finish."""
    done = total - len(tasks)
    if done:
        on_progress(done)
    results: list[Result] = []
    with closing(run_in_processes(processes, tasks)) as finished:
        for result in finished:
            results.append(result)
            on_progress(done + len(results))
    return results


def run_in_processes(processes: int, tasks: Iterable[Callable[[], Result]]) -> Generator[Result, None, None]:
    """Run picklable tasks in new processes; yield their results as they finish.

    With 1 the tasks run in this process. Closing the generator drops tasks that have not started.
    """
    if processes == 1:
        yield from (task() for task in tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(task) for task in tasks]
        try:
            yield from (finished.result() for finished in as_completed(work))
        finally:
            pool.shutdown(cancel_futures=True)
