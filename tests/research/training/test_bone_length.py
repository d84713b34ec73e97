"""Training of the bone-length network on stick figures of known lengths."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.cli.main import main
from motionfollower.core.errors import InputError
from motionfollower.research.training.bone_length.batch import BoneLengthDataset, draw_windows
from motionfollower.research.training.bone_length.fit import make_trainer, stature_error
from motionfollower.research.training.small_net import SmallNetConfig
from tests.preprocess.figures import STANDING

LENGTHS = np.float32([0.28, 0.24, 0.14, 0.24, 0.24, 0.17, 0.14, 0.12])


def figures(count: int) -> BoneLengthDataset:
    """Standing figures of random size and leg length, seen by a camera that is tilted down."""
    random = np.random.default_rng(0)
    size, legs, tilt = random.uniform([100, 0.7, 0.8], [300, 1.3, 1], (count, 3)).T.astype(np.float32)
    bodies = np.repeat(STANDING[None], count, axis=0)
    hips = bodies[:, [8, 11]].copy()
    for start, end in ((8, 9), (9, 10), (11, 12), (12, 13)):
        bodies[:, end] = bodies[:, start] + legs[:, None] * (STANDING[end] - STANDING[start])
    assert (bodies[:, [8, 11]] == hips).all()
    joints = size[:, None, None] * bodies * np.stack([np.ones(count), tilt], axis=1)[:, None]
    lengths = size[:, None] * LENGTHS * np.where([[0, 0, 0, 1, 1, 0, 0, 0]], legs[:, None], 1)
    drops = np.repeat((joints[:, 10, 1] - joints[:, 1, 1])[:, None], 8, axis=1)
    clips = np.repeat(joints[:, None], 8, axis=1).astype(np.float32)
    return BoneLengthDataset(
        clips, np.ones(clips.shape[:3], bool), lengths.astype(np.float32), drops.astype(np.float32)
    )


def test_training_lowers_the_error_of_the_stature(tmp_path: Path) -> None:
    trainer = make_trainer(figures(40), figures(40), SmallNetConfig(steps=150, batch=16, rate=3e-3))
    before = stature_error(trainer.network, figures(30))
    trainer.run(tmp_path / "state.pt")
    assert stature_error(trainer.network, figures(30)) < min(0.1, before / 2)


def test_augmentation_leaves_the_true_lengths_unchanged() -> None:
    clips = figures(12)
    drawn = draw_windows(clips, 30, 1.0, np.random.default_rng(3))
    assert drawn.joints.shape[1] in (6, 8)
    assert 0.5 < drawn.seen.mean() < 0.99
    assert all((clips.lengths == lengths).all(axis=1).any() for lengths in drawn.lengths)


def test_damaged_samples_are_named(tmp_path: Path) -> None:
    file = tmp_path / "body-000001.npz"
    file.write_bytes(b"no archive")
    with pytest.raises(InputError, match="can't be read"):
        BoneLengthDataset.read([file])


def test_a_set_that_is_too_small_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lengths", str(tmp_path), "-o", str(tmp_path / "net")]) == 2
    assert "0 shards" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--bodies", "--steps", "--jobs"])
def test_numbers_out_of_range_are_named(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lengths", str(tmp_path), "-o", str(tmp_path / "net"), option, "0"]) == 2
    assert "1 to" in capsys.readouterr().err
    assert not (tmp_path / "net").exists()
