"""`edit --case` reads prepared images, png or jpg, instead of two clips."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionfollower.io.case import NEEDED_FOLDERS
from preprocess.video.read import read_clip
from tests.cli.commands import contents, run, succeed
from tests.cli.conftest import CommandResult


@pytest.fixture(scope="module")
def result(prepared: CommandResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    outcome = succeed("edit", "--case", prepared.folder, "-o", folder)
    assert outcome.notes == []
    return folder


def blacken(path: Path) -> None:
    with Image.open(path) as opened:
        black = Image.new(opened.mode, opened.size)
    black.save(path)


def to_jpeg(path: Path) -> None:
    with Image.open(path) as opened:
        opened.convert("RGB").save(path.with_suffix(".jpg"), quality=95)
    path.unlink()


def test_a_prepared_folder_gives_the_result_of_its_clips(result: Path, edited: CommandResult) -> None:
    case, clips = (read_clip(folder / "frames").frames.astype(int) for folder in (result, edited.folder))
    assert np.abs(case - clips).max() <= 1


def test_the_result_has_the_rate_of_the_clips_and_no_sound(result: Path) -> None:
    clip = read_clip(result / "edited.mp4")
    assert (clip.fps, clip.sound) == (12.5, None)


def test_jpegs_without_a_record_are_read(case: Path, result: Path, tmp_path: Path) -> None:
    """Joints are then parsed from the rendered poses, and the rate is that of the released examples."""
    (case / "prepare.json").unlink()
    for path in case.glob("*/*.png"):
        to_jpeg(path)
    succeed("edit", "--case", case, "-o", tmp_path / "result")
    drawn, recorded, source = (
        read_clip(folder).frames.astype(int)
        for folder in (tmp_path / "result" / "frames", result / "frames", case / "source_images")
    )
    assert np.abs(drawn - recorded).mean() < np.abs(source - recorded).mean() / 2
    assert read_clip(tmp_path / "result" / "edited.mp4").fps == 8


def test_five_folders_are_enough(case: Path, result: Path, tmp_path: Path) -> None:
    for name in ("target_images", "target_poses", "target_masks"):
        shutil.rmtree(case / name)
    succeed("edit", "--case", case, "-o", tmp_path / "result")
    assert contents(tmp_path / "result" / "frames") == contents(result / "frames")


def test_the_result_may_be_written_into_the_case(case: Path, tmp_path: Path) -> None:
    before = contents(case)
    succeed("edit", "--case", case, "-o", case, "--frames", "1")
    assert contents(case).items() >= before.items()
    succeed("edit", "--run", case / "run.json", "-o", tmp_path / "again")
    assert contents(tmp_path / "again" / "frames") == contents(case / "frames")


def test_masks_that_are_empty_in_some_frames_give_a_warning(case: Path, tmp_path: Path) -> None:
    for name in ("source_masks", "predicted_masks"):
        blacken(case / name / "frame_1.png")
    outcome = succeed("edit", "--case", case, "-o", tmp_path / "result", "--guidance", "1")
    assert outcome.notes[:2] == [
        f"{name} shows no person in frame 1; check these images." for name in ("source_masks", "predicted_masks")
    ]
    frames = read_clip(tmp_path / "result" / "frames").frames
    source = read_clip(case / "source_images").frames
    assert [np.array_equal(*pair) for pair in zip(frames, source, strict=True)] == [False, True, False]


def test_poses_that_are_missing_in_some_frames_give_a_warning(case: Path, tmp_path: Path) -> None:
    for index in (0, 2):
        blacken(case / "target_aligned_poses" / f"frame_{index}.png")
    outcome = succeed("edit", "--case", case, "-o", tmp_path / "result")
    assert outcome.notes == ["target_aligned_poses shows no person in frames 0, 2; check these images."]


def test_masks_without_a_person_are_refused(case: Path, tmp_path: Path) -> None:
    for path in case.glob("*_masks/*.png"):
        blacken(path)
    outcome = run("edit", "--case", case, "-o", tmp_path / "result")
    assert outcome.error.startswith("No mask shows a person, so there is nothing to edit. Paint ")
    assert not (tmp_path / "result").exists()


@pytest.mark.parametrize("name", NEEDED_FOLDERS)
def test_a_missing_folder_is_named(case: Path, name: str, tmp_path: Path) -> None:
    shutil.rmtree(case / name)
    message = run("edit", "--case", case, "-o", tmp_path / "result").error
    assert f"has no folder {name}. A case needs source_images, source_poses" in message
    assert not (tmp_path / "result").exists()


def test_a_missing_image_is_an_error(case: Path, tmp_path: Path) -> None:
    (case / "predicted_masks" / "frame_2.png").unlink()
    message = run("edit", "--case", case, "-o", tmp_path / "result").error
    assert "predicted_masks has 2 images for 3 source frames. Add the missing ones." in message


def test_a_damaged_image_is_named(case: Path, tmp_path: Path) -> None:
    path = case / "source_poses" / "frame_1.png"
    path.write_bytes(path.read_bytes()[:200])
    message = run("edit", "--case", case, "-o", tmp_path / "result").error
    assert "frame_1.png can't be read: it is damaged" in message
