"""Independent tasks in this process or in several, all of them or only those that have started."""

import os
from functools import partial
from pathlib import Path

import pytest

from motionfollower.core.parallel import run_in_processes


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_returns_its_result(processes: int) -> None:
    assert sorted(run_in_processes(processes, [partial(pow, 2, power) for power in range(5)])) == [1, 2, 4, 8, 16]


def test_with_one_process_tasks_run_in_this_one() -> None:
    assert list(run_in_processes(1, [os.getpid])) == [os.getpid()]
    assert os.getpid() not in run_in_processes(2, [os.getpid])


def test_closing_drops_tasks_that_have_not_started(tmp_path: Path) -> None:
    tasks = [partial(Path.touch, tmp_path / str(index)) for index in range(3)]
    done = run_in_processes(1, tasks)
    next(done)
    done.close()
    assert [path.name for path in tmp_path.iterdir()] == ["0"]
