"""A case is written in the released example layout, and read from it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.events import Cancelled
from motionfollower.core.messages import recorded
from motionfollower.core.types import EditInputs, Prepared
from motionfollower.io.case import CASE_FOLDERS, check_case_dir, read_case, write_case
from preprocess.pose.skeleton import JOINTS
from preprocess.types import AlignmentReport, Clip, MaskSequence, PoseSequence
from tests.jobs import CancelAfter

RNG = np.random.default_rng(6)
FRAMES, WIDTH, HEIGHT = 3, 96, 128


def random_poses() -> PoseSequence:
    """All joints inside the frame and visible."""
    keypoints = RNG.uniform((8, 8), (WIDTH - 8, HEIGHT - 8), (FRAMES, JOINTS, 2)).astype(np.float32)
    scores = np.ones((FRAMES, JOINTS), np.float32)
    return PoseSequence(keypoints, scores, (WIDTH, HEIGHT))


def random_clip() -> Clip:
    return Clip(RNG.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), dtype=np.uint8), 12.5)


def random_masks() -> MaskSequence:
    return MaskSequence(RNG.random((FRAMES, HEIGHT, WIDTH)) > 0.5, "test")


@pytest.fixture
def prepared() -> Prepared:
    inputs = EditInputs(
        random_clip(), random_poses(), random_poses(), random_masks(), random_masks(), warnings=recorded(["A note."])
    )
    return Prepared(inputs, random_clip(), random_poses(), random_masks(), AlignmentReport("similarity"))


@pytest.fixture
def case(tmp_path: Path, prepared: Prepared) -> Path:
    counts: list[int] = []
    write_case(tmp_path / "case", prepared, counts.append)
    assert counts == list(range(1, CASE_FOLDERS + 1))
    return tmp_path / "case"


def test_reading_returns_what_was_written(case: Path, prepared: Prepared) -> None:
    again, inputs = read_case(case), prepared.inputs
    assert np.array_equal(again.source.frames, inputs.source.frames)
    assert again.source.fps == inputs.source.fps
    assert np.array_equal(again.source_masks.masks, inputs.source_masks.masks)
    assert np.array_equal(again.target_masks.masks, inputs.target_masks.masks)
    for mine, theirs in ((again.source_poses, inputs.source_poses), (again.aligned_poses, inputs.aligned_poses)):
        assert np.array_equal(mine.keypoints, theirs.keypoints)
        assert np.array_equal(mine.scores, theirs.scores)


def test_only_the_first_frames_are_read(case: Path, prepared: Prepared) -> None:
    again = read_case(case, frames=2)
    assert len(again.source) == 2
    assert np.array_equal(again.aligned_poses.keypoints, prepared.inputs.aligned_poses.keypoints[:2])


def test_a_changed_drawing_replaces_the_recorded_joints(case: Path) -> None:
    drawing = case / "target_aligned_poses" / "frame_1.png"
    Image.new("RGB", (WIDTH, HEIGHT)).save(drawing)
    poses = read_case(case).aligned_poses
    assert poses.drawings is not None
    assert not poses.drawings[1].any()
    assert (poses.scores[1] == 0).all()


def test_jpegs_without_a_record_are_read(case: Path) -> None:
    (case / "prepare.json").unlink()
    for path in sorted((case / "source_images").iterdir()):
        Image.open(path).save(path.with_suffix(".jpg"), quality=95)
        path.unlink()
    again = read_case(case)
    assert len(again.source) == FRAMES
    assert again.source.fps == 8.0


@pytest.mark.parametrize("name", ["source_images", "predicted_masks", "target_aligned_poses"])
def test_a_missing_folder_is_named(case: Path, name: str) -> None:
    (case / name).rename(case / "elsewhere")
    with pytest.raises(InputError, match=f"no folder {name}"):
        read_case(case)


def test_too_few_masks_are_an_error(case: Path) -> None:
    (case / "source_masks" / "frame_2.png").unlink()
    with pytest.raises(InputError, match=r"2 images for 3 source frames"):
        read_case(case)


def test_masks_of_another_size_are_an_error(case: Path) -> None:
    for path in (case / "source_masks").iterdir():
        Image.new("L", (64, 64)).save(path)
    with pytest.raises(InputError, match="64"):
        read_case(case)


def test_a_damaged_record_is_an_error(case: Path) -> None:
    (case / "prepare.json").write_text('{"fps": "many"}')
    with pytest.raises(InputError, match="damaged"):
        read_case(case)


def test_an_older_case_is_replaced_but_no_other_files(case: Path, prepared: Prepared) -> None:
    brighter = replace(prepared, inputs=replace(prepared.inputs, source=random_clip()))
    write_case(case, brighter)
    assert np.array_equal(read_case(case).source.frames, brighter.inputs.source.frames)
    (case / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="other files"):
        check_case_dir(case)


@pytest.mark.parametrize("count", [0, 1, CASE_FOLDERS - 1])
def test_a_cancelled_writer_leaves_nothing(count: int, tmp_path: Path, prepared: Prepared) -> None:
    with pytest.raises(Cancelled):
        write_case(tmp_path / "case", prepared, CancelAfter(count))
    assert list(tmp_path.iterdir()) == []
