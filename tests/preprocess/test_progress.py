"""Jobs that return something: looped over, run to their end, stopped half-way."""

from collections.abc import Generator
from contextlib import closing

from preprocess.progress import Returning, run_to_end


def count_to(last: int, log: list[str]) -> Generator[int, None, str]:
    try:
        yield from range(1, last + 1)
        return "done"
    finally:
        log.append("freed")


def test_the_result_is_there_after_the_loop() -> None:
    job = Returning(count_to(3, []))
    assert list(job) == [1, 2, 3]
    assert job.result == run_to_end(count_to(0, [])) == "done"


def test_closing_frees_a_job_half_way() -> None:
    log: list[str] = []
    with closing(Returning(count_to(3, log))) as job:
        steps = iter(job)
        assert (next(steps), log) == (1, [])
    assert log == ["freed"]
