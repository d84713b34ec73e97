"""Options out of range are refused before any file is read."""

import subprocess
import sys
from pathlib import Path

import pytest

from motionfollower.cli.main import build_parser
from tests.cli.commands import run
from tests.cli.conftest import LEO, MIA, CommandResult

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("--frames 0", "frames is 0; allowed is 1 to 1000000."),
        ("--size 7x512", "size is (7, 512); allowed is 8 to 8192 pixels a side."),
        ("--size 512x9000", "size is (512, 9000); allowed is 8 to 8192 pixels a side."),
        ("--fps 0", "fps is 0.0; allowed is 1 to 240."),
        ("--fps nan", "fps is nan; allowed is 1 to 240."),
        ("--scale 0", "scale is 0.0; allowed is 0.1 to 10."),
        ("--shift inf 0", "shift is (inf, 0.0); allowed is −8192 to 8192 pixels each way."),
        ("--foot-line -1", "foot line is -1.0; allowed is 0 to 8192 pixels."),
    ],
)
@pytest.mark.parametrize("command", ["prepare", "edit"])
def test_preparation_options_out_of_range(command: str, options: str, error: str, tmp_path: Path) -> None:
    assert run(command, MIA, LEO, "-o", tmp_path / "result", *options.split()).error == error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("--steps 0", "steps is 0; allowed is 1 to 1000."),
        ("--steps 201 --strength 0.2", "steps is 201; allowed is 1 to 200."),
        ("--cfg nan", "cfg is nan; allowed is 1 to 30."),
        ("--guidance inf", "guidance scale is inf; allowed is 0 to 10."),
        ("--seed -1", "seed is -1; allowed is 0 to 2^63 − 1."),
        ("--noise 2", "noise is 2.0; allowed is 0 to 1."),
        ("--strength 0", "strength is 0.0; allowed is 0.001 to 1."),
        ("--repeats 0", "repeats is 0; allowed is 1 to 10."),
        ("--window 33", "window is 33; allowed is 1 to 32 frames."),
        ("--window 8 --overlap 8", "overlap is 8; allowed is 0 to 7 frames."),
    ],
)
def test_sampling_options_out_of_range(options: str, error: str, prepared: CommandResult, tmp_path: Path) -> None:
    assert run("edit", "--case", prepared.folder, "-o", tmp_path / "result", *options.split()).error == error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "what",
    [[], [MIA], [MIA, LEO, "--case", "case"], [MIA, LEO, "--run", "run.json"], ["--case", "case", "--run", "run.json"]],
    ids=["nothing", "one clip", "clips and a case", "clips and a run", "a case and a run"],
)
def test_an_edit_needs_exactly_one_kind_of_input(what: list[str | Path], tmp_path: Path) -> None:
    error = run("edit", *what, "-o", tmp_path / "result").error
    assert error == "edit needs either SOURCE and TARGET, or --case DIR, or --run run.json."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "COMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["edit", "a", "b"], "required: -o"),
        (["edit", "a", "b", "-o", "c", "--steps", "few"], "--steps: invalid int value: 'few'"),
        (["edit", "a", "b", "-o", "c", "--size", "big"], "invalid size 'big'; expected WIDTHxHEIGHT, e.g. 512x768"),
        (["edit", "a", "b", "-o", "c", "--align", "left"], "choose from 'official', 'similarity', 'bones', 'none'"),
        (["edit", "a", "b", "-o", "c", "--backend", "huge"], "choose from 'auto', 'embedded', 'full'"),
    ],
)
def test_an_invalid_command_line_shows_the_usage(
    arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        build_parser().parse_args(arguments)
    printed = capsys.readouterr().err
    assert printed.startswith("usage: motionfollower")
    assert error in printed.splitlines()[-1]


def test_info_describes_the_device_and_the_backends() -> None:
    outcome = run("info")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines() if line[0] != " "] == [
        "device",
        "ffmpeg",
        "embedded",
        "full",
        "versions",
    ]


def test_the_parser_is_built_without_slow_libraries() -> None:
    """So that `--help` and invalid options are answered at once."""
    build = "import sys, motionfollower.cli.main as cli; cli.build_parser()"
    code = f"{build}; print({{'torch', 'cv2', 'ray'}} & {{*sys.modules}})"
    program = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert program.stdout == "set()\n"
