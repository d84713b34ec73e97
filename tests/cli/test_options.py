"""Options outside their range are refused before anything is read."""

from pathlib import Path

import pytest

from motionfollower.cli.main import build_parser
from tests.cli.commands import run
from tests.cli.conftest import LEO, MIA, Made


@pytest.mark.parametrize(
    ("options", "complaint"),
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
def test_preparing(command: str, options: str, complaint: str, tmp_path: Path) -> None:
    assert run(command, MIA, LEO, "-o", tmp_path / "result", *options.split()).complaint == complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "complaint"),
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
def test_sampling(options: str, complaint: str, prepared: Made, tmp_path: Path) -> None:
    assert run("edit", "--case", prepared.folder, "-o", tmp_path / "result", *options.split()).complaint == complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "what",
    [[], [MIA], [MIA, LEO, "--case", "case"], [MIA, LEO, "--run", "run.json"], ["--case", "case", "--run", "run.json"]],
    ids=["nothing", "one clip", "clips and a case", "clips and a run", "a case and a run"],
)
def test_an_edit_is_of_clips_or_of_a_case_or_of_a_run(what: list[str | Path], tmp_path: Path) -> None:
    complaint = run("edit", *what, "-o", tmp_path / "result").complaint
    assert complaint == "edit needs either SOURCE and TARGET, or --case DIR, or --run run.json."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "COMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["edit", "a", "b"], "required: -o"),
        (["edit", "a", "b", "-o", "c", "--steps", "few"], "--steps: invalid int value: 'few'"),
        (["edit", "a", "b", "-o", "c", "--size", "big"], "'big' is no size; write WIDTHxHEIGHT, as in 512x768"),
        (["edit", "a", "b", "-o", "c", "--align", "left"], "choose from 'official', 'similarity', 'bones', 'none'"),
        (["edit", "a", "b", "-o", "c", "--backend", "huge"], "choose from 'auto', 'embedded', 'full'"),
    ],
)
def test_what_is_no_command_shows_how_one_is_written(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        build_parser().parse_args(arguments)
    said = capsys.readouterr().err
    assert said.startswith("usage: motionfollower")
    assert complaint in said.splitlines()[-1]


def test_info_tells_of_the_machine_and_of_what_is_missing() -> None:
    outcome = run("info")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines() if line[0] != " "] == [
        "device",
        "ffmpeg",
        "embedded",
        "full",
        "versions",
    ]
