"""The parts of the page that need neither a server nor a browser."""

import re
from collections.abc import Generator
from pathlib import Path
from threading import Event as Signal

import numpy as np
import pytest

from motionfollower.types import Event, Progress, StageStarted, StepLosses
from preprocess.write_video import write_video
from ui.chart import loss_chart
from ui.clips import complaint
from ui.overlays import masks_over
from ui.stops import Stopped, Stops, until_stopped
from ui.tracker import STAGES, Tracker, idle
from ui.turns import Turns


def endless(closed: list[bool]) -> Generator[Event, None, None]:
    try:
        while True:
            yield StageStarted("read")
    finally:
        closed.append(True)


def test_a_stop_closes_the_work_behind_the_events() -> None:
    signal, closed = Signal(), []
    events = until_stopped(endless(closed), signal)
    next(events)
    signal.set()
    with pytest.raises(Stopped):
        next(events)
    assert closed == [True]


def test_a_session_stops_its_own_work_alone() -> None:
    stops = Stops()
    with stops.listening("mine") as mine, stops.listening("yours") as yours:
        assert stops.stop("mine")
        assert mine.is_set()
        assert not yours.is_set()
    assert not stops.stop("mine")


def percent(status: str) -> int:
    value = re.search(r'aria-valuenow="(\d+)"', status)
    assert value
    return int(value[1])


def test_the_bar_never_goes_back() -> None:
    tracker = Tracker(tuple(STAGES))
    shares = []
    for names in STAGES.values():
        for name in names:
            for event in (StageStarted(name, 2), Progress(name, 1, 2), Progress(name, 2, 2)):
                shares.append(percent(tracker.show(event)))
    assert shares == sorted(shares)
    assert shares[-1] == 100


def test_a_stopped_run_says_how_far_it_was() -> None:
    tracker = Tracker(tuple(STAGES))
    tracker.show(StageStarted("sampling", 30))
    tracker.show(Progress("sampling", 7, 30))
    assert "Stopped after 7 of 30 steps. Nothing was saved." in tracker.stopped()


def test_words_of_others_are_no_html() -> None:
    assert "<b>" not in idle(tuple(STAGES), "<b>bold</b>")


def test_a_clip_that_is_too_long_is_told_its_length(tmp_path: Path) -> None:
    clip = tmp_path / "long.mp4"
    write_video(clip, np.zeros((31, 32, 32, 3), np.uint8), fps=1)
    assert complaint(str(clip), "target") == "The target clip is 31 s; the limit is 20 s. Trim it and try again."


def test_a_clip_with_huge_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    clip = tmp_path / "huge.mp4"
    write_video(clip, np.zeros((1, 2400, 4400, 3), np.uint8), fps=8)
    assert complaint(str(clip), "source") == (
        "The source clip is 4400 × 2400 pixels; the limit is 4K. Scale it and try again."
    )


def test_the_chart_draws_a_line_for_each_loss() -> None:
    chart = loss_chart(tuple(StepLosses(step, 1 / (step + 1), 0.5) for step in range(4)))
    assert chart.count("<polyline") == 2
    assert "foreground 0.25, background 0.5" in chart


def test_no_guidance_no_lines() -> None:
    assert "off in this run" in loss_chart(())


def test_what_must_be_invented_is_pink() -> None:
    frames = np.zeros((1, 1, 3, 3), np.uint8)
    before, after = np.array([[[True, True, False]]]), np.array([[[False, True, False]]])
    freed, both, none = masks_over(frames, before, after)[0, 0].tolist()
    assert freed == [109, 19, 59]
    assert both == [18, 49, 117]
    assert none == [0, 0, 0]


def test_the_line_moves_in_the_order_of_coming() -> None:
    turns = Turns()
    with turns.lining_up() as first:
        assert list(first.wait()) == []
        with turns.lining_up() as second:
            with turns.lining_up() as third:
                assert next(third.wait()) == 2
            assert next(second.wait()) == 1
    with turns.lining_up() as last:
        assert list(last.wait()) == []


def test_one_who_waits_is_told_how_many_are_before() -> None:
    tracker = Tracker(tuple(STAGES))
    assert "1 edit is before yours" in tracker.waits(1)
    assert "3 edits are before yours" in tracker.waits(3)
    assert "Stopped before your turn came." in tracker.stopped()
