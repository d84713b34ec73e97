"""What the app shows, as HTML and images: the status, the pre-flight check, the loss chart, mask overlays."""

import re

import numpy as np

from motionfollower.core.events import Progress, Stage, StageStarted
from motionfollower.core.types import StepLosses
from motionfollower.pipeline.backends import backend_info
from motionfollower.pipeline.checks import CheckCode
from motionfollower.ui.drawing import loss_chart, overlay_masks
from motionfollower.ui.sessions.progress_bar import STAGES, ProgressBar, edit_steps, idle
from motionfollower.ui.tabs.preprocess import CHECK_TEXTS

STEPS = edit_steps(backend_info("embedded"))


def percent(status: str) -> int:
    value = re.search(r'aria-valuenow="(\d+)"', status)
    assert value
    return int(value[1])


def test_the_bar_never_moves_backwards() -> None:
    progress = ProgressBar(STEPS)
    events = [(StageStarted(name, 2), Progress(name, 1, 2), Progress(name, 2, 2)) for name in STAGES]
    percents = [percent(progress.show(event)) for stage in events for event in stage]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_every_stage_of_an_edit_has_a_label() -> None:
    assert set(Stage) - set(STAGES) <= {Stage.BUNDLE, Stage.CHUNK}  # the app does neither


def test_stages_that_are_not_shown_do_not_change_the_status() -> None:
    progress = ProgressBar(("Sampling",))
    progress.show(StageStarted(Stage.SAMPLING, 4))
    status = progress.show(Progress(Stage.SAMPLING, 3, 4))
    assert percent(progress.show(StageStarted("unknown", 9))) == percent(status)
    assert "Sampling: 3 of 4" in progress.show(Progress("unknown", 1, 9))


def test_a_stopped_run_names_its_last_step() -> None:
    progress = ProgressBar(STEPS)
    progress.show(StageStarted(Stage.SAMPLING, 30))
    progress.show(Progress(Stage.SAMPLING, 7, 30))
    assert "Stopped after 7 of 30 steps. Nothing was saved." in progress.stopped()


def test_a_queued_job_shows_its_position() -> None:
    progress = ProgressBar(STEPS)
    assert "1 edit ahead of yours" in progress.queued(1)
    assert "3 edits ahead of yours" in progress.queued(3)
    assert "Stopped while queued." in progress.stopped()


def test_messages_are_escaped() -> None:
    assert "<b>" not in idle(STEPS, "<b>bold</b>")


def test_every_check_has_a_text() -> None:
    assert set(CHECK_TEXTS) == set(CheckCode)


def test_the_chart_draws_a_line_per_loss() -> None:
    chart = loss_chart(tuple(StepLosses(step, 1 / (step + 1), 0.5) for step in range(4)))
    assert chart.count("<polyline") == 2
    assert "foreground 0.25, background 0.5" in chart


def test_without_guidance_the_chart_has_no_lines() -> None:
    assert "off in this run" in loss_chart(())


def test_vacated_pixels_are_pink() -> None:
    frames = np.zeros((1, 1, 3, 3), np.uint8)
    before, after = np.array([[[True, True, False]]]), np.array([[[False, True, False]]])
    vacated, both, neither = next(overlay_masks(frames, before, after))[0].tolist()
    assert vacated == [109, 19, 59]
    assert both == [18, 49, 117]
    assert neither == [0, 0, 0]
