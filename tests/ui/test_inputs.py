"""The inputs of the app: clips, form values and selections."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import EditConfig, PrepareSettings, RunEnvironment
from motionfollower.io.run_record import FileRecord, RunMetadata
from motionfollower.pipeline.backends import backend_info
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.ui.inputs.clips import clip_problem
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.inputs.selections import Selections
from motionfollower.ui.sessions.results import SessionResult
from motionfollower.ui.tabs.follow_up import with_full_quality
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint
from preprocess.video.probe import probe
from preprocess.video.write import write_video

from .conftest import SOURCE, TARGET, form_values

SETTINGS = backend_info("embedded").settings


def edit_config(form: FormValues, travel: float = 0) -> EditConfig:
    return form.edit_config(SOURCE, TARGET, PrepareSettings(), CameraModeProposal(travel), SETTINGS)


def record_of(config: EditConfig) -> RunMetadata:
    sampler = replace(config.sampler, camera=config.camera == "on")
    environment = RunEnvironment("cpu", "float32", {}, {})
    clip = FileRecord("a.mp4", "0")
    return RunMetadata(
        clip, clip, "embedded", config.prepare, sampler, (256, 256), 8.0, 8, environment, {}, (), (),
        lock=config.lock, sound=config.sound,
    )  # fmt: skip


def test_the_length_of_a_clip_over_the_limit_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "long.mp4"
    write_video(clip, np.zeros((31, 32, 32, 3), np.uint8), fps=1)
    assert clip_problem(str(clip), "target") == "The target clip is 31 s long; the limit is 20 s. Trim it and retry."


def test_a_clip_with_huge_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    clip = tmp_path / "huge.mp4"
    write_video(clip, np.zeros((1, 2400, 4400, 3), np.uint8), fps=8)
    assert clip_problem(str(clip), "source") == (
        "The source clip is 4400 × 2400 pixels; the limit is 4K. Downscale it and retry."
    )


def test_form_values_are_restored_from_a_run() -> None:
    click = MaskClick(ClipPoint(0.1, 0.2, 3), False)
    form = form_values(
        parts="arms",
        strength=35,
        lock=False,
        sound="none",
        shift_x=7,
        camera="on",
        guidance=1.5,
        guidance_interval=2,
        cfg_start=0.1,
        selections=Selections(source_person=ClipPoint(0.5, 0.5)).with_click("target", click),
    )
    prepare = form.prepare_settings(probe(SOURCE).size)
    run = record_of(form.edit_config(SOURCE, TARGET, prepare, CameraModeProposal(0), SETTINGS))
    assert form_values(seed=1, steps=9, parts="legs").with_run(run) == form


def test_a_draft_is_rerun_with_its_seed_at_the_best_preset(tmp_path: Path) -> None:
    run = record_of(edit_config(form_values(seed=7)))
    result = SessionResult(tmp_path, None, run)  # type: ignore[arg-type]  # its clips are not used
    preset, *values = with_full_quality(result, *form_values(seed=1, randomize_seed=True))
    best = FormValues(*values)
    assert preset == "Quality"
    assert (best.seed, best.randomize_seed) == (7, False)
    assert (best.steps, best.frames, best.resolution) == (SETTINGS.steps, 48, 512)


@pytest.mark.parametrize(("travel", "mode"), [(10.0, "off"), (90.0, "on")])
def test_automatic_camera_mode_follows_the_proposal(travel: float, mode: str) -> None:
    assert edit_config(form_values(), travel).camera == mode


def test_the_last_click_is_undone() -> None:
    click = MaskClick(ClipPoint(0.5, 0.5), True)
    selections = Selections().with_click("source", click).with_click("source", click)
    undone = selections.without_last_click("source")
    assert undone == Selections().with_click("source", click)
    assert undone.without_last_click("source").without_last_click("source") == Selections()


def test_choosing_another_person_drops_the_clicks() -> None:
    selections = Selections().with_click("source", MaskClick(ClipPoint(0.5, 0.5), True))
    assert selections.with_person("source", ClipPoint(0.1, 0.1)).source_clicks == ()
