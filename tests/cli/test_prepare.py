"""`prepare` writes the released example layout and prepare.json."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from motionfollower.io.preparation import load_preparation
from preprocess.pose.render import draw_poses
from preprocess.pose.skeleton import JOINTS, VISIBLE
from preprocess.types import Frame, Frames
from preprocess.video.read import read_clip
from tests.cli.commands import succeed
from tests.cli.conftest import CommandResult

FOLDERS = {
    "source_images",
    "source_poses",
    "source_masks",
    "target_images",
    "target_poses",
    "target_masks",
    "target_aligned_poses",
    "predicted_masks",
}
FRAMES, WIDTH, HEIGHT = 3, 96, 128


@pytest.fixture(scope="module")
def record(prepared: CommandResult) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((prepared.folder / "prepare.json").read_text())
    return record


def read_image(path: Path) -> Frame:
    with Image.open(path) as opened:
        return np.asarray(opened)


def read_images(folder: Path) -> Frames:
    return np.stack([read_image(folder / f"frame_{i}.png") for i in range(FRAMES)])


def test_the_folder_has_the_released_layout_and_the_record(prepared: CommandResult) -> None:
    assert {path.name for path in prepared.folder.iterdir()} == FOLDERS | {"prepare.json"}
    for name in FOLDERS:
        names = {path.name for path in (prepared.folder / name).iterdir()}
        assert names == {f"frame_{i}.png" for i in range(FRAMES)}, name


def test_no_other_files_are_left(prepared: CommandResult) -> None:
    assert list(prepared.folder.parent.iterdir()) == [prepared.folder]


def test_images_have_the_working_size_and_masks_are_binary(prepared: CommandResult) -> None:
    for name in FOLDERS - {"target_images", "target_poses", "target_masks"}:
        assert read_images(prepared.folder / name).shape[1:3] == (HEIGHT, WIDTH)
    for name in ("source_masks", "target_masks", "predicted_masks"):
        masks = read_images(prepared.folder / name)
        assert set(np.unique(masks)) == {0, 255}
        assert 0.02 < np.mean(masks > 0) < 0.5


def test_source_images_are_those_of_the_clip(prepared: CommandResult, source: Path) -> None:
    assert np.array_equal(read_images(prepared.folder / "source_images"), read_clip(source).frames)


def test_the_target_is_resampled_to_the_source_rate(prepared: CommandResult, target: Path) -> None:
    at_source_rate = read_clip(target, fps=12.5, max_frames=FRAMES).frames
    shown = read_clip(prepared.folder / "target_images", size=(128, 128)).frames
    assert np.abs(shown.astype(int) - at_source_rate).mean() < 4


@pytest.mark.parametrize(
    ("poses", "folder"),
    [
        ("source_poses", "source_poses"),
        ("target_poses", "target_poses"),
        ("aligned_poses", "target_aligned_poses"),
    ],
)
def test_the_record_has_the_joints_of_the_rendered_poses(prepared: CommandResult, poses: str, folder: str) -> None:
    record = load_preparation(prepared.folder / "prepare.json")
    assert record is not None
    assert np.array_equal(draw_poses(getattr(record, poses).poses()), read_images(prepared.folder / folder))


def test_keypoints_and_scores_are_plain_lists(record: dict[str, Any]) -> None:
    poses = record["source_poses"]
    keypoints, scores = np.array(poses["keypoints"]), np.array(poses["scores"])
    assert keypoints.shape == (FRAMES, JOINTS, 2)
    assert scores.shape == (FRAMES, JOINTS)
    assert 0 <= scores.min() < scores.max() <= 1
    assert poses["size"] == [WIDTH, HEIGHT]
    seen = keypoints[scores > VISIBLE]
    assert ((seen > -1) & (seen < (WIDTH, HEIGHT))).mean() > 0.9


def test_the_record_has_rate_report_and_warnings(prepared: CommandResult, record: dict[str, Any]) -> None:
    assert record["fps"] == 12.5
    assert record["format"] == 1
    assert record["alignment"]["mode"] == "bones"
    assert record["warnings"] == prepared.outcome.notes


def test_the_folder_is_printed(prepared: CommandResult) -> None:
    assert prepared.outcome.out.splitlines()[-1] == f"written to {prepared.folder}"


def test_the_alignment_can_be_chosen(source: Path, tmp_path: Path) -> None:
    succeed("prepare", source, source, "-o", tmp_path / "case", "--size", "96x128", "--frames", "1", "--align", "none")
    record = load_preparation(tmp_path / "case" / "prepare.json")
    assert record is not None
    assert record.alignment.mode == "none"


def test_an_older_case_is_replaced(source: Path, target: Path, case: Path) -> None:
    succeed("prepare", source, target, "-o", case, "--size", "48x64", "--frames", "1")
    assert {path.name for path in case.iterdir()} == FOLDERS | {"prepare.json"}
    assert [path.name for path in (case / "source_images").iterdir()] == ["frame_0.png"]
    assert read_image(case / "source_images" / "frame_0.png").shape == (64, 48, 3)
