"""Checkpoints of Segment Anything are loaded strictly."""

from pathlib import Path

import pytest
import torch

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.sam import load_sam
from tests.preprocess.segmentation.tiny_sam import tiny_sam


def test_files_of_another_model_are_named(tmp_path: Path):
    path = tmp_path / "sam_vit_b_01ec64.pth"
    torch.save(tiny_sam().state_dict(), path)
    with pytest.raises(WeightsError, match=r"sam_vit_b_01ec64\.pth doesn't fit the model"):
        load_sam(path)
    with pytest.raises(WeightsError, match="not a checkpoint of Segment Anything"):
        load_sam(tmp_path / "sam.pth")
