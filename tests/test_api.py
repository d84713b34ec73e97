"""The public API: `import motionfollower as mf`."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import motionfollower as mf
from motionfollower.core.config import PrepareSettings
from motionfollower.core.errors import InputError, SettingsError
from motionfollower.core.events import StageStarted
from motionfollower.io.run_record import load_run_record
from motionfollower.pipeline.backends import Backend
from preprocess.types import Frames, MaskSequence
from preprocess.video.read import read_clip
from tests.jobs import run_generator, stages

ROOT = Path(__file__).parents[1]
SOURCE, DANCE = ROOT / "examples" / "source-mia-room.mp4", ROOT / "examples" / "target-leo-dance-b.mp4"
SMALL = PrepareSettings(frames=2, size=(128, 128))


@pytest.fixture(scope="module")
def backend() -> Backend:
    return mf.load_backend("embedded")


@pytest.fixture(scope="module")
def config(backend: Backend) -> mf.EditConfig:
    return replace(mf.edit_config(SOURCE, DANCE, seed=7, backend=backend), prepare=SMALL)


@pytest.fixture(scope="module")
def result(config: mf.EditConfig, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> mf.EditResult:
    output = tmp_path_factory.mktemp("api") / "edit"
    return mf.edit(config, output=output, backend=backend, progress=False)


def frames_of(result: mf.EditResult) -> Frames:
    return read_clip(result.frames).frames


def test_an_edit_by_path_names_shows_its_progress(
    backend: Backend, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = mf.edit(str(SOURCE), str(DANCE), output=str(tmp_path), preset="balanced", frames=1, backend=backend)
    assert result.run.frames == 1
    assert "sampling" in capsys.readouterr().err


def test_a_result_has_its_files_and_record(
    result: mf.EditResult, config: mf.EditConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert capsys.readouterr().err == ""
    assert isinstance(result, mf.EditResult)
    assert (len(read_clip(result.video)), len(frames_of(result))) == (2, 2)
    assert load_run_record(result.files.run) == result.run
    assert (result.run.sampler.seed, result.run.prepare) == (7, config.prepare)
    assert result.metrics is not None
    assert (result.metrics, result.warnings) == (result.run.measures, result.run.warnings)


def test_events_lead_to_the_same_result(
    result: mf.EditResult, config: mf.EditConfig, backend: Backend, tmp_path: Path
) -> None:
    events, again = run_generator(mf.edit_events(config, output=tmp_path, backend=backend))
    assert stages(events)[:2] == ["read", "source poses"]
    assert isinstance(again, mf.EditResult)
    assert np.array_equal(frames_of(again), frames_of(result))
    assert replace(again.run, seconds={}) == replace(result.run, seconds={})


def test_closing_the_events_cancels_the_edit(config: mf.EditConfig, backend: Backend, tmp_path: Path) -> None:
    job = mf.edit_events(config, output=tmp_path / "edit", backend=backend)
    assert isinstance(next(job), StageStarted)
    job.close()
    assert not list(tmp_path.iterdir())


def test_prepared_inputs_can_be_changed(
    result: mf.EditResult, config: mf.EditConfig, backend: Backend, tmp_path: Path
) -> None:
    """Without a change the result is that of one call; a larger mask gives the edit more of the background."""
    prepared = mf.prepare(SOURCE, DANCE, settings=SMALL, backend=backend, progress=False)
    assert isinstance(prepared, mf.Prepared)
    options = {"seed": 7, "backend": backend, "prepared": prepared, "progress": False}
    same = mf.edit(SOURCE, DANCE, output=tmp_path / "same", **options)
    assert np.array_equal(frames_of(same), frames_of(result))
    assert same.run.prepare == SMALL
    masks = prepared.inputs.target_masks.masks.copy()
    masks[:, :, :40] = True
    inputs = replace(prepared.inputs, target_masks=MaskSequence(masks, "user"))
    changed = mf.edit(
        SOURCE, DANCE, output=tmp_path / "changed", **options | {"prepared": replace(prepared, inputs=inputs)}
    )
    assert changed.metrics is not None
    assert same.metrics is not None
    assert changed.metrics.background_kept < same.metrics.background_kept


def test_prepared_inputs_of_another_edit_are_refused(backend: Backend, tmp_path: Path) -> None:
    prepared = mf.prepare(SOURCE, DANCE, settings=replace(SMALL, frames=1), backend=backend, progress=False)
    options = {"output": tmp_path / "edit", "backend": backend, "prepared": prepared, "progress": False}
    with pytest.raises(SettingsError, match="have their number of frames already"):
        mf.edit(SOURCE, DANCE, frames=2, **options)
    for clips, other in (((DANCE, DANCE), SOURCE), ((SOURCE, SOURCE), DANCE)):
        with pytest.raises(InputError, match=f"was made from {other}, not from"):
            mf.edit(*clips, **options)
    assert not list(tmp_path.iterdir())


def test_whole_numbers_of_any_type_are_taken(backend: Backend) -> None:
    config = mf.edit_config(SOURCE, DANCE, seed=np.int64(3), frames=np.int32(2), backend=backend)
    assert (type(config.sampler.seed), type(config.prepare.frames)) == (int, int)
    with pytest.raises(TypeError, match="'str' object cannot be interpreted as an integer"):
        mf.edit_config(SOURCE, DANCE, seed="3", backend=backend)


def test_prepare_limits_the_frames(backend: Backend) -> None:
    settings = replace(SMALL, frames=None)
    prepared = mf.prepare(SOURCE, DANCE, settings=settings, frames=1, backend=backend, progress=False)
    assert (len(prepared.inputs.source), prepared.settings) == (1, replace(SMALL, frames=1))


def test_a_config_changes_any_setting(backend: Backend, tmp_path: Path) -> None:
    config = mf.edit_config(SOURCE, DANCE, frames=2, seed=3, backend=backend)
    assert (config.sampler, config.lock) == (replace(backend.settings, seed=3), True)
    changed = replace(config, lock=False, sound="none", prepare=replace(config.prepare, size=(128, 128)))
    result = mf.edit(changed, output=tmp_path, backend=backend, progress=False)
    assert (result.run.lock, result.run.sound, result.run.size) == (False, "none", read_clip(SOURCE, max_frames=1).size)


def test_presets_speed_up_the_full_backend() -> None:
    draft, quality = (mf.edit_config(SOURCE, DANCE, preset=preset, backend="full") for preset in ("draft", "quality"))
    assert draft.sampler.steps < quality.sampler.steps


@pytest.mark.parametrize("option", [{"preset": "draft"}, {"frames": 8}, {"seed": 1}, {"target": DANCE}])
def test_a_config_with_settings_beside_it_is_a_settings_error(
    option: dict[str, object], config: mf.EditConfig, backend: Backend, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="has the target, preset, frames and seed already"):
        mf.edit(config, output=tmp_path / "edit", backend=backend, **option)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"preset": "fast"}, "preset is fast; allowed is draft, balanced, quality"),
        ({"frames": 0}, "frames is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"backend": "huge"}, "backend is huge; allowed is auto, embedded, full"),
    ],
)
def test_a_value_outside_its_range_is_a_settings_error(option: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        mf.edit_config(SOURCE, DANCE, **option)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"camera": "fast"}, "camera is fast; allowed is auto, on, off"),
        ({"sound": "loud"}, "sound is loud; allowed is source, target, none"),
    ],
)
def test_a_changed_config_is_checked(option: dict[str, str], message: str, config: mf.EditConfig) -> None:
    with pytest.raises(SettingsError, match=message):
        replace(config, **option)


def test_every_public_name_is_found_and_no_other() -> None:
    assert all(hasattr(mf, name) for name in mf.__all__)
    assert set(mf.__all__) <= set(dir(mf))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mf.nothing


def test_importing_the_package_loads_no_slow_library() -> None:
    code = "import sys, motionfollower; print(sorted({'torch', 'gradio', 'mediapipe', 'cv2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_example_in_the_readme_runs(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## Python\n")[1].split("\n## ")[0]
    block = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert block is not None
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{block[1]}"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    video, metrics = done.stdout.splitlines()
    assert len(read_clip(tmp_path / video)) == 8
    assert "background kept" in metrics
    assert {path.name for path in tmp_path.iterdir()} == {"examples", "outputs"}
