"""Complete edits of bundled clips on the embedded backend: a few small frames, real networks."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from motionfollower.core.config import EditConfig, PrepareSettings, Redo
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.core.events import Cancelled, Event, Progress, Stage
from motionfollower.core.messages import messages
from motionfollower.core.types import EditInputs
from motionfollower.io.case import read_prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, config_of, load_run_record
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.checks import CAMERA_TRAVEL
from motionfollower.pipeline.prepare import prepare, realign
from motionfollower.pipeline.run import run_bundle, run_edit, run_prepare
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
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled source without its sound."""
    path = tmp_path_factory.mktemp("clips") / "silent.mp4"
    command = [get_ffmpeg_exe(), "-v", "error", "-i", str(SOURCE), "-c:v", "copy", "-an", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def config(backend: Backend, silent: Path) -> EditConfig:
    return EditConfig(silent, DANCE, SETTINGS, backend.settings, lock=False, sound="target")


@pytest.fixture(scope="module")
def result(config: EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> ResultFiles:
    files = ResultFiles(tmp_path_factory.mktemp("result") / "edit")
    run_edit(config, backend, files.folder)
    return files


@pytest.fixture(scope="module")
def inputs(config: EditConfig, backend: Backend) -> EditInputs:
    assert config.target is not None
    return prepare(config.source, config.target, SETTINGS, backend.preprocessors).inputs


def frames_of(files: ResultFiles) -> Frames:
    return read_clip(files.frames).frames


def test_a_run_is_repeated_bit_for_bit_with_all_its_settings(
    result: ResultFiles, backend: Backend, tmp_path: Path
) -> None:
    first = load_run_record(result.run)
    again = config_of(first)
    assert (again.prepare, again.lock, again.sound) == (SETTINGS, False, "target")
    second = run_edit(again, backend, tmp_path / "again")
    assert np.array_equal(frames_of(ResultFiles(tmp_path / "again")), frames_of(result))
    assert first.camera_travel is not None
    assert first.camera_travel < CAMERA_TRAVEL
    assert replace(second, seconds={}) == replace(first, seconds={})


def test_the_edit_has_the_sound_of_the_target(result: ResultFiles, silent: Path, config: EditConfig) -> None:
    assert config.source == silent
    assert probe(result.edited).has_sound


def test_the_lock_keeps_the_pixels_of_the_source(
    config: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles, tmp_path: Path
) -> None:
    locked = run_edit(replace(config, lock=True, sound="none"), backend, tmp_path, prepared=inputs)
    free = load_run_record(result.run)
    assert locked.measures is not None
    assert free.measures is not None
    assert free.measures.background_kept < locked.measures.background_kept
    source = read_clip(SOURCE, max_frames=3).frames
    assert np.array_equal(frames_of(ResultFiles(tmp_path))[:, :, :100], source[:, :, :100])
    assert not probe(ResultFiles(tmp_path).edited).has_sound


def test_a_prepared_case_is_written_or_absent(config: EditConfig, backend: Backend, tmp_path: Path) -> None:
    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == Stage.WRITE and event.done == 2:
            raise Cancelled

    assert config.target is not None
    small = PrepareSettings(frames=2, size=(64, 64))
    clips = config.source, config.target, small, backend.preprocessors
    with pytest.raises(Cancelled):
        run_prepare(*clips, tmp_path / "case", cancel)
    assert not list(tmp_path.iterdir())
    prepared = run_prepare(*clips, tmp_path / "case")
    again = read_prepared(tmp_path / "case")
    assert np.array_equal(again.inputs.aligned_poses.keypoints, prepared.inputs.aligned_poses.keypoints)
    assert np.array_equal(again.inputs.target_masks.masks, prepared.inputs.target_masks.masks)
    assert again.alignment == prepared.alignment
    assert messages(again.inputs.warnings) == messages(prepared.inputs.warnings)


@pytest.mark.parametrize("stage", [Stage.SAMPLING, Stage.WRITE, Stage.MEASURE])
def test_a_cancelled_edit_leaves_an_earlier_result_as_it_was(
    stage: Stage, config: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles
) -> None:
    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == stage:
            raise Cancelled

    before = {path: path.read_bytes() for path in result.present()}
    with pytest.raises(Cancelled):
        run_edit(replace(config, lock=True), backend, result.folder, cancel, prepared=inputs)
    assert {path: path.read_bytes() for path in result.present()} == before
    assert {path.name for path in result.folder.iterdir()} == {"edited.mp4", "side_by_side.mp4", "frames", "run.json"}


def test_the_record_has_the_seconds_of_each_stage(result: ResultFiles) -> None:
    seconds = load_run_record(result.run).seconds
    stages = ["read", "source poses", "target masks", "align", "puppet", "sampling", "decode", "write", "measure"]
    assert set(stages) <= seconds.keys()
    assert min(seconds.values()) >= 0


def test_the_result_shows_the_aligned_pose(result: ResultFiles) -> None:
    measures = load_run_record(result.run).measures
    assert measures is not None
    assert measures.pose_match is not None
    assert measures.pose_match > 0.5


def test_a_silent_target_has_a_warning_and_a_bundle_is_a_case(
    config: EditConfig, silent: Path, backend: Backend, tmp_path: Path
) -> None:
    zipped, again = tmp_path / "edit.zip", ResultFiles(tmp_path / "again")
    run = run_bundle(replace(config, target=silent, lock=True), backend, tmp_path / "edit", zipped)
    assert "The target has no sound, so the edit is silent." in run.warnings
    run_edit(EditConfig(zipped, None, PrepareSettings(), backend.settings), backend, again.folder)
    small = read_clip(ResultFiles(tmp_path / "edit").frames, size=(256, 256)).frames.astype(int)
    assert np.abs(frames_of(again) - small).mean() < 2
    assert config_of(load_run_record(again.run)).source == zipped


def test_a_case_has_no_sound_of_a_target(backend: Backend) -> None:
    with pytest.raises(SettingsError, match="sound is target"):
        EditConfig(SOURCE, None, SETTINGS, backend.settings, sound="target")


def test_a_record_without_the_newer_fields_is_read(result: ResultFiles, tmp_path: Path) -> None:
    record = json.loads(result.run.read_text())
    for name in ("lock", "sound", "redo", "measures", "camera_travel"):
        del record[name]
    for name in ("parts", "blend", "source_person", "target_person", "source_clicks", "target_clicks"):
        del record["prepare"][name]
    (tmp_path / "run.json").write_text(json.dumps(record))
    run: RunMetadata = load_run_record(tmp_path / "run.json")
    assert (run.lock, run.sound, run.prepare.parts, run.measures) == (True, "source", "all", None)


def test_one_frame_is_redone_and_the_others_are_unchanged(
    config: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles, tmp_path: Path
) -> None:
    another = replace(config, sampler=replace(config.sampler, seed=7), redo=Redo(1, 1, result.folder))
    run = run_edit(another, backend, tmp_path / "redone", prepared=inputs)
    old, new = frames_of(result), frames_of(ResultFiles(tmp_path / "redone"))
    assert np.array_equal(new[[0, 2]], old[[0, 2]])
    assert not np.array_equal(new[1], old[1])
    again = config_of(load_run_record(tmp_path / "redone" / "run.json"))
    assert (again.redo, again.sampler) == (another.redo, run.sampler)
    run_edit(again, backend, tmp_path / "again", prepared=inputs)
    assert np.array_equal(frames_of(ResultFiles(tmp_path / "again")), new)


def test_a_redo_does_not_replace_the_earlier_result(
    config: EditConfig, backend: Backend, inputs: EditInputs, result: ResultFiles
) -> None:
    with pytest.raises(OutputError, match="Choose another folder"):
        run_edit(replace(config, redo=Redo(1, 1, result.folder)), backend, result.folder, prepared=inputs)


def test_clicks_change_the_masks_and_can_be_undone(config: EditConfig, backend: Backend) -> None:
    assert config.target is not None
    plain = replace(SETTINGS, parts="all", blend=1.0, source_person=None)
    corner = MaskClick(ClipPoint(0.02, 0.02, 1), is_person=True)
    clips = config.source, config.target
    prepared = prepare(*clips, plain, backend.preprocessors)
    clicked = realign(prepared, replace(plain, source_clicks=(corner,)), backend.preprocessors)
    assert clicked.inputs.source_masks.masks[1, 5, 5]
    assert clicked.target_own_masks is prepared.target_own_masks
    undone = realign(clicked, plain, backend.preprocessors)
    assert np.array_equal(undone.inputs.source_masks.masks, prepared.inputs.source_masks.masks)
    both = replace(plain, source_clicks=(corner,), target_clicks=(corner,))
    at_once = prepare(*clips, both, backend.preprocessors)
    one_by_one = realign(clicked, both, backend.preprocessors)
    for mine, theirs in (
        (at_once.inputs.source_masks, one_by_one.inputs.source_masks),
        (at_once.target_own_masks, one_by_one.target_own_masks),
        (at_once.inputs.target_masks, one_by_one.inputs.target_masks),
    ):
        assert np.array_equal(mine.masks, theirs.masks)


def test_a_click_outside_a_clip_is_an_input_error(config: EditConfig, backend: Backend) -> None:
    assert config.target is not None
    late = replace(SETTINGS, target_clicks=(MaskClick(ClipPoint(0.5, 0.5, 3), is_person=True),))
    with pytest.raises(InputError, match="The target clip: A click is in frame 3"):
        prepare(config.source, config.target, late, backend.preprocessors)
