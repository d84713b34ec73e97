"""The settings made from the options of the command line."""

from pathlib import Path

import pytest

from motionfollower.cli.main import BAD_INPUT, build_parser, main
from motionfollower.cli.options import is_on, prepare_settings, sampler_settings
from motionfollower.core.config import GuidanceSettings, PrepareSettings, SamplerSettings
from motionfollower.core.presets import apply_preset
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint

EDIT = ("edit", "a.mp4", "b.mp4", "-o", "out")


def settings(*options: str) -> PrepareSettings:
    return prepare_settings(build_parser().parse_args([*EDIT, *options]))


def test_missing_options_have_the_defaults_of_the_settings() -> None:
    assert settings() == PrepareSettings()
    options = build_parser().parse_args(EDIT)
    assert (is_on(options.lock), options.sound, options.bundle, options.redo) == (True, "source", None, None)


def test_options_reach_their_settings() -> None:
    given = settings(
        *("--parts", "legs", "--blend", "0.25", "--source-person", "0.3,0.5@12", "--target-person", "1,0"),
        *("--source-add", "0.1,0.2", "--source-remove", "0.3,0.4@2", "--source-add", "0.5,0.6", "--target-add", "0,0"),
    )
    assert given == PrepareSettings(
        parts="legs",
        blend=0.25,
        source_person=ClipPoint(0.3, 0.5, 12),
        target_person=ClipPoint(1, 0),
        source_clicks=(
            MaskClick(ClipPoint(0.1, 0.2), True),
            MaskClick(ClipPoint(0.3, 0.4, 2), False),
            MaskClick(ClipPoint(0.5, 0.6), True),
        ),
        target_clicks=(MaskClick(ClipPoint(0, 0), True),),
    )


def sampling(*options: str) -> SamplerSettings:
    return sampler_settings(build_parser().parse_args([*EDIT, *options]), SamplerSettings())


def test_options_override_the_preset() -> None:
    assert sampling() == sampling("--preset", "quality") == SamplerSettings()
    assert sampling("--preset", "draft") == apply_preset(SamplerSettings(), "draft")
    given = sampling("--preset", "balanced", "--steps", "20", "--cfg-span", "0.2", "0.5")
    assert (given.steps, given.cfg_span) == (20, (0.2, 0.5))
    assert given.reuse == apply_preset(SamplerSettings(), "balanced").reuse
    assert sampling("--guide-every", "3", "--reuse", "2") == SamplerSettings(
        reuse=2, guidance=GuidanceSettings(every=3)
    )


@pytest.mark.parametrize(("text", "frames"), [("10-20", (10, 20)), ("7", (7, 7)), ("3–4", (3, 4))])
def test_a_range_of_frames(text: str, frames: tuple[int, int]) -> None:
    assert build_parser().parse_args([*EDIT, "--redo", text]).redo == frames


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--source-person", "left", "invalid point 'left'; expected X,Y"),
        ("--source-person", "1.5,0", "allowed are 0 to 1"),
        ("--target-add", "0.5,0.5@-1", "invalid point"),
        ("--source-remove", "1..2,0", "could not convert"),
        ("--redo", "ten", "invalid frame range"),
        ("--lock", "maybe", "invalid choice"),
        ("--parts", "head", "invalid choice"),
    ],
)
def test_an_invalid_value_is_explained(
    option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        build_parser().parse_args([*EDIT, option, value])
    assert end.value.code == BAD_INPUT
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*EDIT, "--blend", "2"], "blend is 2.0; allowed is 0 to 1"),
        (
            ["edit", "--run", "run.json", "-o", "out", "--redo", "1-2", "--preset", "draft"],
            "own settings: preset. Remove",
        ),
        ([*EDIT, "--redo", "3"], "--redo needs --run run.json"),
        (
            ["edit", "--case", "gone.zip", "-o", "out", "--sound", "target"],
            "sound is target; allowed is source or none",
        ),
        (["edit", "-o", "out"], "edit needs either SOURCE and TARGET"),
        (
            ["edit", "--run", "run.json", "-o", "out", "--steps", "3", "--lock", "off"],
            "with --run, which repeats a run with its own settings: lock, steps.",
        ),
        (["edit", "--run", "run.json", "-o", "out", "--redo", "1-2", "--camera", "on"], "own settings: camera."),
        (["edit", "--case", "case", "-o", "out", "--size", "64x64"], "already prepared: size. Remove them."),
    ],
)
def test_contradicting_options_are_explained(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == BAD_INPUT
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
