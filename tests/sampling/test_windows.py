"""When each part of the method acts."""

from collections.abc import Callable

import pytest

from motionfollower.sampling.step_plan import is_guided, is_injected, is_noised, is_repeated


def when(acts: Callable[[int, int], bool], steps: int) -> list[int]:
    return [step for step in range(steps) if acts(step, steps)]


def test_fifty_steps_are_as_released():
    assert when(is_guided, 50) == [*range(10), *range(10, 30, 2)]
    assert when(is_noised, 50) == list(range(11, 20))
    assert when(is_repeated, 50) == [22, 24, 26, 28]
    assert when(is_injected, 50) == list(range(20, 50))


def test_twenty_steps_keep_the_shares():
    assert when(is_guided, 20) == [0, 1, 2, 3, 4, 6, 8, 10]
    assert when(is_noised, 20) == [5, 6, 7]
    assert when(is_repeated, 20) == [10]
    assert when(is_injected, 20) == list(range(8, 20))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_first_of_few_steps_is_guided_and_no_more(steps: int):
    assert is_guided(0, steps)
    assert not any(acts(0, steps) for acts in (is_noised, is_repeated, is_injected))
