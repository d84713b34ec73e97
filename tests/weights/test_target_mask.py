"""The target-mask network's files."""

from pathlib import Path

import pytest
import torch

from motionfollower.errors import WeightsError
from motionfollower.models.mask_net import MaskNet, MaskNetConfig
from motionfollower.weights.target_mask import CONFIG, WEIGHTS, load_mask_net, save_mask_net

TINY = MaskNetConfig(widths=(8, 8, 16))


def test_a_network_comes_back_as_it_was(tmp_path: Path) -> None:
    network = MaskNet(TINY).eval()
    torch.nn.init.ones_(network.out.weight)
    save_mask_net(network, tmp_path)
    seen = torch.linspace(-1, 1, 5 * 32 * 32).reshape(1, 5, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(load_mask_net(tmp_path)(seen), network(seen), rtol=0.01, atol=0.05)


def test_missing_and_foreign_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=WEIGHTS):
        load_mask_net(tmp_path)
    save_mask_net(MaskNet(TINY), tmp_path)
    (tmp_path / CONFIG).write_text('{"widths": [8, 16]}')
    with pytest.raises(WeightsError, match=CONFIG):
        load_mask_net(tmp_path)
