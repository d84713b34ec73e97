"""Training of the target-mask network on squares."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.cli.main import main
from motionfollower.research.training.small_net import SmallNetConfig
from motionfollower.research.training.target_mask.fit import make_trainer, mean_iou, untrained_network
from motionfollower.research.training.target_mask.samples import MaskSamples


def squares(count: int) -> MaskSamples:
    """Squares; the geometric estimate is the square moved by two pixels."""
    truth = np.zeros((count, 32, 32), np.uint8)
    for index, row in enumerate(np.random.default_rng(0).integers(4, 16, count)):
        truth[index, row : row + 12, 8:24] = 255
    moved = np.roll(np.where(truth > 0, 60, -60), 2, axis=1).astype(np.int8)
    return MaskSamples(np.stack([moved, moved, *3 * [np.zeros_like(moved)]], axis=1), truth)


def test_training_corrects_the_geometric_estimate(tmp_path: Path) -> None:
    trainer = make_trainer(squares(12), SmallNetConfig(steps=60, batch=8, rate=5e-3))
    trainer.run(tmp_path / "state.pt")
    assert mean_iou(trainer.network, squares(12)) > mean_iou(untrained_network(), squares(12)) + 0.1


def test_a_set_that_is_too_small_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "masks", str(tmp_path), "-o", str(tmp_path / "net")]) == 2
    assert "0 shards" in capsys.readouterr().err
