"""`edit --run` does a run again, bit for bit, or says why it can't."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import contents, run, succeed
from tests.cli.conftest import Made

VIDEOS_AND_FRAMES = ("edited.mp4", "side_by_side.mp4", "frames/frame_0.png", "frames/frame_1.png", "frames/frame_2.png")


def test_the_same_run_gives_the_same_bits(edited: Made, tmp_path: Path) -> None:
    outcome = succeed("edit", "--run", edited.folder / "run.json", "-o", tmp_path / "again")
    first, again = contents(edited.folder), contents(tmp_path / "again")
    assert first.keys() == again.keys()
    assert {name for name in VIDEOS_AND_FRAMES if first[name] != again[name]} == set()
    assert outcome.notes == edited.outcome.notes


def test_the_record_of_the_second_run_is_that_of_the_first(edited: Made, tmp_path: Path) -> None:
    """But for the time it took: a run over its own result changes nothing else."""
    folder = Path(shutil.copytree(edited.folder, tmp_path / "result"))
    before = contents(folder)
    succeed("edit", "--run", folder / "run.json", "-o", folder)
    after = contents(folder)
    first, again = json.loads(before.pop("run.json")), json.loads(after.pop("run.json"))
    assert after == before
    assert first.pop("seconds").keys() == again.pop("seconds").keys()
    assert first == again


def test_another_seed_gives_other_pictures(prepared: Made, tmp_path: Path) -> None:
    """So that the same bits say something."""
    for seed in ("1", "2"):
        succeed("edit", "--case", prepared.folder, "-o", tmp_path / seed, "--seed", seed, "--frames", "1")
    first, second = (contents(tmp_path / seed / "frames") for seed in ("1", "2"))
    assert first != second


@pytest.fixture
def moved(edited: Made, tmp_path: Path) -> Path:
    """The record of the run as if the source had been in a folder of its own, where there is nothing yet."""
    record = json.loads((edited.folder / "run.json").read_text())
    record["source"]["path"] = str(tmp_path / "source.mp4")
    path = tmp_path / "run.json"
    path.write_text(json.dumps(record))
    return path


def test_a_clip_that_is_gone_is_named(moved: Path, tmp_path: Path) -> None:
    complaint = run("edit", "--run", moved, "-o", tmp_path / "again").complaint
    assert complaint.endswith("source.mp4, which the run read, is not there. Put it back, or start a new edit.")
    assert not (tmp_path / "again").exists()


def test_a_clip_that_has_changed_is_named(moved: Path, tmp_path: Path, target: Path) -> None:
    shutil.copy(target, tmp_path / "source.mp4")
    complaint = run("edit", "--run", moved, "-o", tmp_path / "again").complaint
    assert "source.mp4 has changed since the run." in complaint


def test_what_is_no_record_is_refused(prepared: Made, tmp_path: Path) -> None:
    complaint = run("edit", "--run", prepared.folder / "prepare.json", "-o", tmp_path / "again").complaint
    assert "prepare.json is no run.json" in complaint
    assert list(tmp_path.iterdir()) == []
