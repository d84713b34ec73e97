"""The parts of the page that need neither a server nor a browser."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event as Signal

import numpy as np
import pytest
from packaging.requirements import Requirement

from app import wants_mcp
from motionfollower.core.config import EditConfig, Environment, PrepareSettings, SamplerSettings
from motionfollower.core.errors import InputError
from motionfollower.core.events import Progress, StageStarted
from motionfollower.core.types import EditInputs, StepLosses
from motionfollower.io.run_record import FileRecord, RunMetadata
from motionfollower.pipeline.backends import EMBEDDED_SETTINGS
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.ui.drawing import loss_chart, masks_over
from motionfollower.ui.engine import loan_seconds
from motionfollower.ui.inputs.clips import complaint
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.inputs.marks import Selections
from motionfollower.ui.progress_bar import STAGES, ProgressBar, idle
from motionfollower.ui.sessions.cancellation import Cancellation, Cancelled, run_cancellable
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.sessions.results import SessionDirs, SessionResult
from motionfollower.ui.tabs.follow_up import with_full_quality
from preprocess.pose.skeleton import JOINTS
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Clip, ClipPoint, MaskSequence, PoseSequence
from preprocess.video.write import write_video

from .conftest import ROOT, SOURCE, TARGET


def endless(closed: Signal) -> Generator[str, None, None]:
    try:
        yield "first"
        Signal().wait(0.5)  # a step longer than anybody waits for Stop
        yield "second"
    finally:
        closed.set()


def test_a_stop_comes_amid_a_step_whose_work_is_closed_after_it() -> None:
    signal, closed = Signal(), Signal()
    steps = run_cancellable(endless(closed), signal, ThreadPoolExecutor(1))
    assert next(steps) == "first"
    signal.set()
    with pytest.raises(Cancelled):
        next(steps)
    assert closed.wait(10)


def test_a_session_stops_its_own_work_alone() -> None:
    stops = Cancellation()
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
    tracker = ProgressBar(tuple(STAGES))
    shares = []
    for names in STAGES.values():
        for name in names:
            for event in (StageStarted(name, 2), Progress(name, 1, 2), Progress(name, 2, 2)):
                shares.append(percent(tracker.show(event)))
    assert shares == sorted(shares)
    assert shares[-1] == 100


def test_a_stopped_run_says_how_far_it_was() -> None:
    tracker = ProgressBar(tuple(STAGES))
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
    freed, both, none = next(masks_over(frames, before, after))[0].tolist()
    assert freed == [109, 19, 59]
    assert both == [18, 49, 117]
    assert none == [0, 0, 0]


def choices(**changes: object) -> FormValues:
    usual = FormValues(
        1.0, 0.0, 42, False, True, "source", "all", 100, "bones", "auto", 1, 8, 256, 0,
        1, 1, 1, 1, 0.4, 3, 32, 8, 0.0, 1.0, 1, 1, 1.0, 0, 0, 0, Selections(),
    )  # fmt: skip
    return usual._replace(**changes)


def test_choices_outlive_their_run() -> None:
    marks = Selections(source_person=ClipPoint(0.5, 0.5)).clicked("target", MaskClick(ClipPoint(0.1, 0.2, 3), False))
    chosen = choices(
        parts="arms",
        blend=35,
        lock=False,
        sound="none",
        x=7,
        camera="on",
        guidance=1.5,
        every=2,
        cfg_from=0.1,
        marks=marks,
    )
    order = chosen.order(SOURCE, TARGET, chosen.prepare_settings(SOURCE), CameraModeProposal(0), EMBEDDED_SETTINGS)
    run = record(order)
    assert choices(seed=1, steps=9, parts="legs").as_in(run) == chosen


def record(order: EditConfig) -> RunMetadata:
    sampler = replace(order.sampler, camera=order.camera == "on")
    made = Environment("cpu", "float32", {}, {})
    clip = FileRecord("a.mp4", "0")
    return RunMetadata(
        clip, clip, "embedded", order.prepare, sampler, (256, 256), 8.0, 8, made, {}, (), (),
        lock=order.lock, sound=order.sound,
    )  # fmt: skip


def test_a_draft_is_finished_with_its_seed_at_the_best_preset(tmp_path: Path) -> None:
    order = choices(seed=7).order(SOURCE, TARGET, PrepareSettings(), CameraModeProposal(0), EMBEDDED_SETTINGS)
    kept = SessionResult(tmp_path, None, record(order))  # type: ignore[arg-type]  # its clips don't matter here
    preset, *values = with_full_quality(kept, *choices(seed=1, new_seed=True))
    best = FormValues(*values)
    assert preset == "Quality"
    assert (best.seed, best.new_seed) == (7, False)
    assert (best.steps, best.frames, best.side) == (EMBEDDED_SETTINGS.steps, 48, 512)


@pytest.mark.parametrize(("travel", "state"), [(10.0, "off"), (90.0, "on")])
def test_the_proposed_camera_mode_is_taken(travel: float, state: str) -> None:
    order = choices().order(SOURCE, TARGET, PrepareSettings(), CameraModeProposal(travel), EMBEDDED_SETTINGS)
    assert order.camera == state


def test_the_last_click_is_undone() -> None:
    click = MaskClick(ClipPoint(0.5, 0.5), True)
    marks = Selections().clicked("source", click).clicked("source", click)
    assert marks.undone("source") == Selections().clicked("source", click)
    assert marks.undone("source").undone("source").undone("source") == Selections()


def test_clicks_are_void_on_another_person() -> None:
    marks = Selections().clicked("source", MaskClick(ClipPoint(0.5, 0.5), True))
    assert marks.following("source", ClipPoint(0.1, 0.1)).source_clicks == ()


def test_a_session_keeps_its_last_result_alone() -> None:
    homes = SessionDirs()
    for _ in range(2):
        with homes.moving("mine") as folder:
            (folder / "result").mkdir()
    earlier = folder
    with pytest.raises(InputError), homes.moving("mine") as folder:
        raise InputError("no result")
    assert not folder.exists()
    assert earlier.exists()
    homes.leave("mine")
    assert not earlier.exists()


def test_tools_for_language_models_need_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIONFOLLOWER_MCP", "0")
    assert not wants_mcp()
    monkeypatch.setenv("MOTIONFOLLOWER_MCP", "1")
    if find_spec("mcp"):
        assert wants_mcp()
    else:
        with pytest.raises(SystemExit, match=r"pip install 'gradio\[mcp\]'"):
            wants_mcp()


STAND_IN = """
def GPU(duration):
    return lambda steps: lambda *given: [("lent for", duration(*given)), *steps(*given)]
"""
BORROW = "from ui.zero_gpu import borrowing; print(borrowing(lambda n: 10 * n)(lambda n: iter(range(n)))(2))"


def test_a_space_with_lent_gpus_lends_one_for_the_steps(tmp_path: Path) -> None:
    (tmp_path / "spaces.py").write_text(STAND_IN)
    paths = os.pathsep.join((str(tmp_path), str(ROOT)))
    command = [sys.executable, "-c", BORROW]
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    assert told.stdout == "[('lent for', 20), 0, 1]\n"


def test_a_gpu_is_lent_for_at_most_five_minutes() -> None:
    clip = Clip(np.zeros((48, 8, 8, 3), np.uint8), 8.0)
    poses = PoseSequence(np.zeros((48, JOINTS, 2), np.float32), np.zeros((48, JOINTS), np.float32), (8, 8))
    masks = MaskSequence(np.zeros((48, 8, 8), bool), "test")
    inputs = EditInputs(clip, poses, poses, masks, masks)
    short = choices().order(SOURCE, TARGET, PrepareSettings(), CameraModeProposal(0), EMBEDDED_SETTINGS)
    long = replace(short, sampler=SamplerSettings(steps=100))
    assert loan_seconds(short, Path(), inputs) == 65
    assert loan_seconds(long, Path(), inputs) == 300


def test_a_space_takes_the_front_matter() -> None:
    lines = (ROOT / "README.md").read_text().split("---")[1].strip().splitlines()
    matter = dict(line.split(": ", 1) for line in lines)
    gradio = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gradio"))
    assert Requirement(gradio).specifier.contains(matter["sdk_version"])
    assert (ROOT / matter["app_file"]).is_file()
    assert len(matter["short_description"]) <= 60
    assert matter["python_version"] == '"3.12"'  # lent GPUs know this one and 3.10; we know 3.11 and this one


def test_the_line_moves_in_the_order_of_coming() -> None:
    turns = WorkQueue()
    with turns.lining_up() as first:
        assert list(first.wait()) == []
        with turns.lining_up() as second:
            with turns.lining_up() as third:
                assert next(third.wait()) == 2
            assert next(second.wait()) == 1
    with turns.lining_up() as last:
        assert list(last.wait()) == []


def test_one_who_waits_is_told_how_many_are_before() -> None:
    tracker = ProgressBar(tuple(STAGES))
    assert "1 edit is before yours" in tracker.waits(1)
    assert "3 edits are before yours" in tracker.waits(3)
    assert "Stopped before your turn came." in tracker.stopped()
