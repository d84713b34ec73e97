"""Configurations, read from the released field names."""

import json
from pathlib import Path

from motionfollower.models.config import LayerCodecConfig, NetworksConfig, UNetConfig
from tools.oracle import read_config

ROOT = Path(__file__).parents[2]


def test_the_embedded_model():
    config = NetworksConfig.from_json(json.loads((ROOT / "assets/embedded/config.json").read_text()))
    assert config.unet.channels == (64, 96, 128, 192)
    assert config.unet.down_attention == (False, True, True, False)
    assert config.unet.heads == (4, 4, 4, 4)
    assert config.unet.motion is None
    assert config.codec == LayerCodecConfig(patch=4, half_opaque=0.9, slope=16.0)
    assert config.prediction_type == "sample"
    assert config.needs_puppet
    assert config.size == (128, 128)


def test_a_case_of_the_oracle():
    config = read_config(json.loads((ROOT / "tests/data/case_a/config.json").read_text()))
    assert config.unet.motion is not None
    assert config.unet.appearance.patch == 8
    assert config.prediction_type == "v"
    assert not config.needs_puppet


def test_the_number_of_heads_may_differ_by_level():
    unet = {
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": [32, 64],
        "layers_per_block": 1,
        "down_block_types": ["CrossAttnDownBlock3D", "DownBlock3D"],
        "up_block_types": ["UpBlock3D", "CrossAttnUpBlock3D"],
        "attention_head_dim": [2, 4],
        "cross_attention_dim": 16,
        "norm_num_groups": 8,
        "norm_eps": 1e-5,
        "use_motion_module": False,
    }
    config = UNetConfig.from_json(unet, {"cin": 48, "pixel_unshuffle": 4, "channels": [32, 64], "nums_rb": 1})
    assert config.heads == (2, 4)
    assert config.up_attention == (False, True)
    assert config.appearance.image_channels == 3
