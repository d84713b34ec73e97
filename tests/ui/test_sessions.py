"""The sessions of the app: Stop, the queue, and the files that are kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event as Signal

import pytest

from motionfollower.core.errors import InputError
from motionfollower.core.events import Cancelled
from motionfollower.ui.sessions.cancellation import Cancellation, run_cancellable
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.sessions.results import SessionDirs


def slow_job(ended: Signal) -> Callable[[Callable[[str], None]], None]:
    def job(emit: Callable[[str], None]) -> None:
        try:
            emit("first")
            Signal().wait(0.5)  # a step that is longer than Stop may take
            emit("second")
        finally:
            ended.set()

    return job


def test_stop_raises_during_a_step_and_the_job_ends_after_it() -> None:
    signal, ended = Signal(), Signal()
    items = run_cancellable(slow_job(ended), signal, ThreadPoolExecutor(1))
    assert next(items) == "first"
    signal.set()
    with pytest.raises(Cancelled):
        next(items)
    assert not ended.is_set()
    assert ended.wait(10)


def test_closing_the_generator_ends_the_job() -> None:
    ended = Signal()
    with closing(run_cancellable(slow_job(ended), Signal(), ThreadPoolExecutor(1))) as items:
        assert next(items) == "first"
    assert ended.wait(10)


def test_all_items_arrive_and_each_is_consumed_before_the_job_continues() -> None:
    consumed: list[int] = []
    found: list[list[int]] = []

    def job(emit: Callable[[int], None]) -> None:
        for number in range(3):
            emit(number)
            found.append(list(consumed))

    for number in run_cancellable(job, Signal(), ThreadPoolExecutor(1)):
        consumed.append(number)
    assert found == [[0], [0, 1], [0, 1, 2]]


def test_errors_of_the_job_are_raised() -> None:
    def job(emit: Callable[[str], None]) -> None:
        emit("first")
        raise InputError("broken")

    items = run_cancellable(job, Signal(), ThreadPoolExecutor(1))
    assert next(items) == "first"
    with pytest.raises(InputError, match="broken"):
        next(items)


def test_a_session_stops_only_its_own_job() -> None:
    cancellation = Cancellation()
    with cancellation.signal_for("mine") as mine, cancellation.signal_for("yours") as yours:
        assert cancellation.stop("mine")
        assert mine.is_set()
        assert not yours.is_set()
    assert not cancellation.stop("mine")


def test_the_queue_is_first_come_first_served() -> None:
    queue = WorkQueue()
    with queue.ticket() as first:
        assert list(first.wait()) == []
        with queue.ticket() as second:
            with queue.ticket() as third:
                assert next(third.wait()) == 2
            assert next(second.wait()) == 1
    with queue.ticket() as last:
        assert list(last.wait()) == []


def test_a_session_keeps_only_its_last_result() -> None:
    dirs = SessionDirs()
    for _ in range(2):
        with dirs.replace("mine") as folder:
            (folder / "result").mkdir()
    earlier: Path = folder
    with pytest.raises(InputError), dirs.replace("mine") as folder:
        raise InputError("no result")
    assert not folder.exists()
    assert earlier.exists()
    dirs.delete("mine")
    assert not earlier.exists()
