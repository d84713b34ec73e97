"""Jobs that report events: as plain calls, and as generators."""

import threading
from pathlib import Path

import pytest

from motionfollower.core import events
from motionfollower.core.events import (
    Cancelled,
    Event,
    Progress,
    Report,
    Stage,
    StageStarted,
    Stopwatch,
    begin_stage,
    events_of,
    ignore_events,
)
from tests.jobs import run_generator

FRAMES = 3


def count_frames(report: Report) -> str:
    """A job of one stage."""
    on_progress = begin_stage(report, Stage.READ, FRAMES, "three frames")
    for done in range(1, FRAMES + 1):
        on_progress(done)
    return "done"


EVENTS: list[Event] = [
    StageStarted(Stage.READ, FRAMES, "three frames"),
    *(Progress(Stage.READ, done, FRAMES) for done in range(1, FRAMES + 1)),
]


def test_a_job_reports_its_events() -> None:
    reported: list[Event] = []
    assert count_frames(reported.append) == "done"
    assert reported == EVENTS


def test_a_job_runs_without_a_listener() -> None:
    assert count_frames(ignore_events) == "done"


def test_a_generator_yields_the_events_and_returns_the_result() -> None:
    assert run_generator(events_of(count_frames)) == (EVENTS, "done")


def test_a_job_that_reports_nothing_returns_its_result() -> None:
    assert run_generator(events_of(lambda report: 7)) == ([], 7)


def test_an_exception_of_the_job_is_raised_after_its_events() -> None:
    def fail(report: Report) -> None:
        report(StageStarted(Stage.READ))
        raise OSError("no such clip")

    job = events_of(fail)
    assert next(job) == StageStarted(Stage.READ)
    with pytest.raises(OSError, match="no such clip"):
        next(job)


def test_closing_cancels_at_the_next_event_and_waits_for_the_clean_up(tmp_path: Path) -> None:
    closing, seen = threading.Event(), []
    draft = tmp_path / "draft"

    def write(report: Report) -> None:
        draft.touch()
        try:
            report(StageStarted(Stage.WRITE))
            closing.wait(timeout=60)
            while True:
                report(Progress(Stage.WRITE, 1, 2))
        except BaseException as error:
            seen.append(type(error))
            raise
        finally:
            draft.unlink()

    job = events_of(write)
    assert next(job) == StageStarted(Stage.WRITE)
    assert draft.exists()
    closing.set()
    job.close()
    assert seen == [Cancelled]
    assert not draft.exists()


def test_a_job_that_handles_errors_is_cancelled_too() -> None:
    """`Cancelled` is no `Exception`, so a fallback for errors does not run."""
    fallbacks = []

    def handle_errors(report: Report) -> None:
        try:
            while True:
                report(StageStarted(Stage.READ))
        except Exception:
            fallbacks.append("used")

    job = events_of(handle_errors)
    next(job)
    job.close()
    assert fallbacks == []


def test_a_generator_that_is_not_started_does_not_run_the_job() -> None:
    ran = []
    events_of(lambda report: ran.append("ran")).close()
    assert ran == []


def test_a_stopwatch_adds_up_the_stages_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(events.time, "perf_counter", lambda: now)
    reported: list[Event] = []
    watch = Stopwatch(reported.append)
    durations = [("start", 0.5), (Stage.READ, 1.0), (Stage.SAMPLING, 4.0), (Stage.READ, 0.25)]
    for stage, seconds in durations:
        if stage != "start":
            watch(StageStarted(stage))
        now += seconds
    watch(Progress(Stage.READ, 1, 1))
    assert watch.seconds == {"start": 0.5, "read": 1.25, "sampling": 4.0}
    now += 0.5
    assert watch.seconds["read"] == 1.75
    assert reported == [*(StageStarted(stage) for stage, _ in durations[1:]), Progress(Stage.READ, 1, 1)]
