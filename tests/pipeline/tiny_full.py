"""A tiny model with all parts of the full one, a codec with weights and tiles among them, and a query about it."""

from dataclasses import replace

import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.models.config import KLCodecConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.pipeline.memory.estimate import MemoryQuery
from tests.models.tiny import TINY, randomize_zero_layers
from tests.sampling.tiny import CONFIG

CODEC = KLCodecConfig(channels=(8, 8, 8), layers_per_block=1, groups=4, tile=32)
FULL = replace(CONFIG, unet=replace(TINY, in_channels=4, out_channels=4), codec=CODEC)
SETTINGS = SamplerSettings(steps=5, cfg_scale=1, camera=True)
QUERY = MemoryQuery(FULL, 6, (96, 64), torch.float32, SETTINGS)


def tiny_full_networks() -> Networks:
    """Seed 0."""
    torch.manual_seed(0)
    networks = build_networks(FULL)
    for part in networks.parts:
        randomize_zero_layers(part.eval().requires_grad_(False))
    return networks
