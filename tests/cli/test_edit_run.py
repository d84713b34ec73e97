"""`edit --run` repeats a run bit for bit, or explains why it can't."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import contents, run, succeed
from tests.cli.conftest import CommandResult

VIDEOS_AND_FRAMES = ("edited.mp4", "side_by_side.mp4", "frames/frame_0.png", "frames/frame_1.png", "frames/frame_2.png")


def test_the_same_run_gives_the_same_bits(edited: CommandResult, tmp_path: Path) -> None:
    outcome = succeed("edit", "--run", edited.folder / "run.json", "-o", tmp_path / "again")
    first, again = contents(edited.folder), contents(tmp_path / "again")
    assert first.keys() == again.keys()
    assert {name for name in VIDEOS_AND_FRAMES if first[name] != again[name]} == set()
    assert outcome.notes == edited.outcome.notes


def test_the_record_of_the_second_run_is_that_of_the_first(edited: CommandResult, tmp_path: Path) -> None:
    """Except for the timings: a repeat that overwrites its own result changes nothing else."""
    folder = Path(shutil.copytree(edited.folder, tmp_path / "result"))
    before = contents(folder)
    succeed("edit", "--run", folder / "run.json", "-o", folder)
    after = contents(folder)
    first, again = json.loads(before.pop("run.json")), json.loads(after.pop("run.json"))
    assert after == before
    assert first.pop("seconds").keys() == again.pop("seconds").keys()
    assert first == again


def test_another_seed_gives_other_frames(prepared: CommandResult, tmp_path: Path) -> None:
    """Otherwise identical bits would prove nothing."""
    for seed in ("1", "2"):
        succeed("edit", "--case", prepared.folder, "-o", tmp_path / seed, "--seed", seed, "--frames", "1")
    first, second = (contents(tmp_path / seed / "frames") for seed in ("1", "2"))
    assert first != second


@pytest.fixture
def record_of_moved_source(edited: CommandResult, tmp_path: Path) -> Path:
    """A run.json whose source path is `tmp_path / "source.mp4"`, where no file exists yet."""
    record = json.loads((edited.folder / "run.json").read_text())
    record["source"]["path"] = str(tmp_path / "source.mp4")
    path = tmp_path / "run.json"
    path.write_text(json.dumps(record))
    return path


def test_a_missing_clip_is_named(record_of_moved_source: Path, tmp_path: Path) -> None:
    message = run("edit", "--run", record_of_moved_source, "-o", tmp_path / "again").error
    assert message.endswith("source.mp4, which the run read, is missing. Restore it, or start a new edit.")
    assert not (tmp_path / "again").exists()


def test_a_changed_clip_is_named(record_of_moved_source: Path, tmp_path: Path, target: Path) -> None:
    shutil.copy(target, tmp_path / "source.mp4")
    message = run("edit", "--run", record_of_moved_source, "-o", tmp_path / "again").error
    assert "source.mp4 has changed since the run." in message


def test_a_file_that_is_no_run_record_is_refused(prepared: CommandResult, tmp_path: Path) -> None:
    message = run("edit", "--run", prepared.folder / "prepare.json", "-o", tmp_path / "again").error
    assert "prepare.json is no run.json" in message
    assert list(tmp_path.iterdir()) == []
