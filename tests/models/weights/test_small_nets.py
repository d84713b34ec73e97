"""The files of the small networks."""

from pathlib import Path

import pytest
import torch

from motionfollower.core.errors import WeightsError
from motionfollower.models.small_nets.bone_length_net import BoneLengthNet, BoneLengthNetConfig
from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.models.weights.small_nets import (
    MASK_NET_FILES,
    load_bone_length_net,
    load_mask_net,
    save_bone_length_net,
    save_mask_net,
)

TINY = MaskNetConfig(widths=(8, 8, 16))


def test_a_mask_network_survives_saving_and_loading(tmp_path: Path) -> None:
    network = MaskNet(TINY).eval()
    torch.nn.init.ones_(network.out.weight)
    save_mask_net(network, tmp_path)
    inputs = torch.linspace(-1, 1, 5 * 32 * 32).reshape(1, 5, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(load_mask_net(tmp_path)(inputs), network(inputs), rtol=0.01, atol=0.05)


def test_a_bone_length_network_survives_saving_and_loading(tmp_path: Path) -> None:
    network = BoneLengthNet(BoneLengthNetConfig(wide=8)).eval()
    save_bone_length_net(network, tmp_path)
    inputs = torch.linspace(-1, 1, 5 * 92).reshape(1, 5, 92)
    with torch.inference_mode():
        torch.testing.assert_close(load_bone_length_net(tmp_path)(inputs), network(inputs), rtol=0.01, atol=0.01)


def test_missing_and_mismatched_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=MASK_NET_FILES.weights):
        load_mask_net(tmp_path)
    save_mask_net(MaskNet(TINY), tmp_path)
    (tmp_path / "target_mask.json").write_text('{"widths": [8, 16]}')
    with pytest.raises(WeightsError, match=r"target_mask\.json"):
        load_mask_net(tmp_path)
