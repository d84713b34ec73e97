"""`edit --case` takes prepared pictures, png or jpg, in place of two clips."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionfollower.io.case import NEEDED
from preprocess.video.read import read_clip
from tests.cli.commands import contents, run, succeed
from tests.cli.conftest import Made


@pytest.fixture(scope="module")
def result(prepared: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("of a case")
    outcome = succeed("edit", "--case", prepared.folder, "-o", folder)
    assert outcome.notes == []
    return folder


def blacken(picture: Path) -> None:
    with Image.open(picture) as opened:
        black = Image.new(opened.mode, opened.size)
    black.save(picture)


def to_jpeg(picture: Path) -> None:
    with Image.open(picture) as opened:
        opened.convert("RGB").save(picture.with_suffix(".jpg"), quality=95)
    picture.unlink()


def test_a_prepared_folder_gives_what_its_clips_give(result: Path, edited: Made) -> None:
    case, clips = (read_clip(folder / "frames").frames.astype(int) for folder in (result, edited.folder))
    assert np.abs(case - clips).max() <= 1


def test_its_rate_is_that_of_the_clips_and_it_is_silent(result: Path) -> None:
    clip = read_clip(result / "edited.mp4")
    assert (clip.fps, clip.sound) == (12.5, None)


def test_jpegs_without_a_record_are_read(case: Path, result: Path, tmp_path: Path) -> None:
    """Joints are read from the drawings then, and the rate is that of the released examples."""
    (case / "prepare.json").unlink()
    for picture in case.glob("*/*.png"):
        to_jpeg(picture)
    succeed("edit", "--case", case, "-o", tmp_path / "result")
    drawn, recorded, source = (
        read_clip(folder).frames.astype(int)
        for folder in (tmp_path / "result" / "frames", result / "frames", case / "source_images")
    )
    assert np.abs(drawn - recorded).mean() < np.abs(source - recorded).mean() / 2
    assert read_clip(tmp_path / "result" / "edited.mp4").fps == 8


def test_five_folders_will_do(case: Path, result: Path, tmp_path: Path) -> None:
    for name in ("target_images", "target_poses", "target_masks"):
        shutil.rmtree(case / name)
    succeed("edit", "--case", case, "-o", tmp_path / "result")
    assert contents(tmp_path / "result" / "frames") == contents(result / "frames")


def test_the_result_may_lie_in_the_folder_itself(case: Path, tmp_path: Path) -> None:
    before = contents(case)
    succeed("edit", "--case", case, "-o", case, "--frames", "1")
    assert contents(case).items() >= before.items()
    succeed("edit", "--run", case / "run.json", "-o", tmp_path / "again")
    assert contents(tmp_path / "again" / "frames") == contents(case / "frames")


def test_masks_that_are_empty_in_some_frames_are_noted(case: Path, tmp_path: Path) -> None:
    for name in ("source_masks", "predicted_masks"):
        blacken(case / name / "frame_1.png")
    outcome = succeed("edit", "--case", case, "-o", tmp_path / "result", "--guidance", "1")
    assert outcome.notes[:2] == [
        f"{name} shows nobody in frame 1; look at these pictures." for name in ("source_masks", "predicted_masks")
    ]
    frames = read_clip(tmp_path / "result" / "frames").frames
    source = read_clip(case / "source_images").frames
    assert [np.array_equal(*pair) for pair in zip(frames, source, strict=True)] == [False, True, False]


def test_poses_that_are_missing_in_some_frames_are_noted(case: Path, tmp_path: Path) -> None:
    for index in (0, 2):
        blacken(case / "target_aligned_poses" / f"frame_{index}.png")
    outcome = succeed("edit", "--case", case, "-o", tmp_path / "result")
    assert outcome.notes == ["target_aligned_poses shows nobody in frames 0, 2; look at these pictures."]


def test_masks_without_anybody_are_refused(case: Path, tmp_path: Path) -> None:
    for picture in case.glob("*_masks/*.png"):
        blacken(picture)
    outcome = run("edit", "--case", case, "-o", tmp_path / "result")
    assert outcome.complaint.startswith("No mask shows a person, so there is nothing to edit. Paint ")
    assert not (tmp_path / "result").exists()


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_folder_is_named(case: Path, name: str, tmp_path: Path) -> None:
    shutil.rmtree(case / name)
    complaint = run("edit", "--case", case, "-o", tmp_path / "result").complaint
    assert f"has no folder {name}. A case needs source_images, source_poses" in complaint
    assert not (tmp_path / "result").exists()


def test_a_picture_too_few_is_an_error(case: Path, tmp_path: Path) -> None:
    (case / "predicted_masks" / "frame_2.png").unlink()
    complaint = run("edit", "--case", case, "-o", tmp_path / "result").complaint
    assert "predicted_masks has 2 pictures for 3 source frames. Add the others." in complaint


def test_a_damaged_picture_is_named(case: Path, tmp_path: Path) -> None:
    picture = case / "source_poses" / "frame_1.png"
    picture.write_bytes(picture.read_bytes()[:200])
    complaint = run("edit", "--case", case, "-o", tmp_path / "result").complaint
    assert "frame_1.png can't be read: it is damaged" in complaint
