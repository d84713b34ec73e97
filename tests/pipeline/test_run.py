"""Whole edits of a bundled clip on the embedded backend: few small frames, and real networks."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from motionfollower.core.config import EditConfig, PrepareSettings, Redo
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.core.types import EditInputs
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, config_of, load_run_record
from motionfollower.pipeline.backends import Backend, load_backend
from motionfollower.pipeline.checks import CAMERA_TRAVEL
from motionfollower.pipeline.prepare import prepare, realign
from motionfollower.pipeline.run import run_bundle, run_edit
from preprocess.progress import run_to_end
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint, Frames
from preprocess.video.probe import probe
from preprocess.video.read import read_clip

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCE, DANCE = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
SETTINGS = PrepareSettings(
    frames=3, size=(256, 256), parts="arms", blend=0.75, source_person=ClipPoint(0.55, 0.5, frame=1)
)


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load_backend("embedded")


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled source without its beat."""
    path = tmp_path_factory.mktemp("clips") / "silent.mp4"
    command = [get_ffmpeg_exe(), "-v", "error", "-i", str(SOURCE), "-c:v", "copy", "-an", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def request_(backend: Backend, silent: Path) -> EditConfig:
    return EditConfig(silent, DANCE, SETTINGS, backend.settings, lock=False, sound="target")


@pytest.fixture(scope="module")
def result(request_: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> ResultFiles:
    files = ResultFiles(tmp_path_factory.mktemp("result") / "edit")
    run_to_end(run_edit(request_, backend, files.folder))
    return files


@pytest.fixture(scope="module")
def inputs(request_: EditConfig, backend: Backend) -> EditInputs:
    assert request_.target is not None
    return run_to_end(prepare(request_.source, request_.target, SETTINGS, backend.preprocessors)).inputs


def frames_of(files: ResultFiles) -> Frames:
    return read_clip(files.frames).frames


def test_a_run_is_repeated_bit_for_bit_with_all_its_settings(
    result: ResultFiles, backend: Backend, tmp_path: Path
) -> None:
    first = load_run_record(result.run)
    again = config_of(first)
    assert (again.prepare, again.lock, again.sound) == (SETTINGS, False, "target")
    second = run_to_end(run_edit(again, backend, tmp_path / "again"))
    assert np.array_equal(frames_of(ResultFiles(tmp_path / "again")), frames_of(result))
    assert first.camera_travel is not None
    assert first.camera_travel < CAMERA_TRAVEL
    assert replace(second, seconds={}) == replace(first, seconds={})


def test_the_targets_sound_is_heard(result: ResultFiles, silent: Path, request_: EditConfig) -> None:
    assert request_.source == silent
    assert probe(result.edited).has_sound


def test_the_lock_keeps_the_sources_pixels(
    request_: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles, tmp_path: Path
) -> None:
    locked = run_to_end(run_edit(replace(request_, lock=True, sound="none"), backend, tmp_path, inputs))
    free = load_run_record(result.run)
    assert locked.measures is not None
    assert free.measures is not None
    assert free.measures.background_kept < locked.measures.background_kept
    source = read_clip(SOURCE, max_frames=3).frames
    assert np.array_equal(frames_of(ResultFiles(tmp_path))[:, :, :100], source[:, :, :100])
    assert not probe(ResultFiles(tmp_path).edited).has_sound


def test_the_pose_is_found_again_in_the_result(result: ResultFiles) -> None:
    measures = load_run_record(result.run).measures
    assert measures is not None
    assert measures.pose_match is not None
    assert measures.pose_match > 0.5


def test_a_silent_target_is_noted_and_a_bundle_is_a_case(
    request_: EditConfig, silent: Path, backend: Backend, tmp_path: Path
) -> None:
    zipped, again = tmp_path / "edit.zip", ResultFiles(tmp_path / "again")
    run = run_to_end(run_bundle(replace(request_, target=silent, lock=True), backend, tmp_path / "edit", zipped))
    assert "The target has no sound, so the edit is silent." in run.warnings
    run_to_end(run_edit(EditConfig(zipped, None, PrepareSettings(), backend.settings), backend, again.folder))
    small = read_clip(ResultFiles(tmp_path / "edit").frames, size=(256, 256)).frames.astype(int)
    assert np.abs(frames_of(again) - small).mean() < 2
    assert config_of(load_run_record(again.run)).source == zipped


def test_a_case_has_no_sound_of_its_target(backend: Backend) -> None:
    with pytest.raises(SettingsError, match="sound is target"):
        EditConfig(SOURCE, None, SETTINGS, backend.settings, sound="target")


def test_a_record_from_before_the_newer_settings_is_read(result: ResultFiles, tmp_path: Path) -> None:
    record = json.loads(result.run.read_text())
    for name in ("lock", "sound", "redo", "measures", "camera_travel"):
        del record[name]
    for name in ("parts", "blend", "source_person", "target_person", "source_clicks", "target_clicks"):
        del record["prepare"][name]
    (tmp_path / "run.json").write_text(json.dumps(record))
    run: RunMetadata = load_run_record(tmp_path / "run.json")
    assert (run.lock, run.sound, run.prepare.parts, run.measures) == (True, "source", "all", None)


def test_one_frame_is_made_anew_and_the_others_stay(
    request_: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles, tmp_path: Path
) -> None:
    another = replace(request_, sampler=replace(request_.sampler, seed=7), redo=Redo(1, 1, result.folder))
    run = run_to_end(run_edit(another, backend, tmp_path / "redone", inputs))
    old, new = frames_of(result), frames_of(ResultFiles(tmp_path / "redone"))
    assert np.array_equal(new[[0, 2]], old[[0, 2]])
    assert not np.array_equal(new[1], old[1])
    again = config_of(load_run_record(tmp_path / "redone" / "run.json"))
    assert (again.redo, again.sampler) == (another.redo, run.sampler)
    run_to_end(run_edit(again, backend, tmp_path / "again", inputs))
    assert np.array_equal(frames_of(ResultFiles(tmp_path / "again")), new)


def test_a_redo_keeps_the_result_that_it_builds_on(
    request_: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles
) -> None:
    with pytest.raises(OutputError, match="Choose another folder"):
        run_to_end(run_edit(replace(request_, redo=Redo(1, 1, result.folder)), backend, result.folder, inputs))


def test_clicks_change_the_masks_and_are_undone(request_: EditConfig, backend: Backend) -> None:
    assert request_.target is not None
    plain = replace(SETTINGS, parts="all", blend=1.0, source_person=None)
    corner = MaskClick(ClipPoint(0.02, 0.02, 1), is_person=True)
    clips = request_.source, request_.target
    prepared = run_to_end(prepare(*clips, plain, backend.preprocessors))
    clicked = realign(prepared, replace(plain, source_clicks=(corner,)), backend.preprocessors)
    assert clicked.inputs.source_masks.masks[1, 5, 5]
    assert clicked.target_own_masks is prepared.target_own_masks
    undone = realign(clicked, plain, backend.preprocessors)
    assert np.array_equal(undone.inputs.source_masks.masks, prepared.inputs.source_masks.masks)
    both = replace(plain, source_clicks=(corner,), target_clicks=(corner,))
    at_once = run_to_end(prepare(*clips, both, backend.preprocessors))
    one_by_one = realign(clicked, both, backend.preprocessors)
    for mine, theirs in (
        (at_once.inputs.source_masks, one_by_one.inputs.source_masks),
        (at_once.target_own_masks, one_by_one.target_own_masks),
        (at_once.inputs.target_masks, one_by_one.inputs.target_masks),
    ):
        assert np.array_equal(mine.masks, theirs.masks)


def test_a_click_outside_a_clip_names_it(request_: EditConfig, backend: Backend) -> None:
    assert request_.target is not None
    late = replace(SETTINGS, target_clicks=(MaskClick(ClipPoint(0.5, 0.5, 3), is_person=True),))
    with pytest.raises(InputError, match="The target clip: A click is in frame 3"):
        run_to_end(prepare(request_.source, request_.target, late, backend.preprocessors))
