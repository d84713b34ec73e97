"""Tiny untrained networks with every feature of the released ones, and the conditioning of a short clip."""

from dataclasses import replace

import torch
from torch import Tensor

from motionfollower.models.config import (
    ImageEncoderConfig,
    LayerCodecConfig,
    NetworksConfig,
    PoseControllerConfig,
    PredictionType,
)
from motionfollower.models.model import Networks, build_networks
from motionfollower.sampling.conditioning import Conditioning
from tests.models.tiny import TINY, randomize_zero_layers

CHANNELS = 66
SIZE = (8, 12)
"""Height and width of the latents; one latent is 4 × 4 pixels."""

CONFIG = NetworksConfig(
    unet=replace(TINY, in_channels=CHANNELS, out_channels=CHANNELS),
    pose_controller=PoseControllerConfig((4, 8, 12), 32),
    image_encoder=ImageEncoderConfig(
        hidden_size=16,
        intermediate_size=32,
        projection_dim=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
    ),
    codec=LayerCodecConfig(4),
    size=(48, 32),
)


def tiny_networks(prediction_type: PredictionType = "v") -> Networks:
    """Networks of seed 0, without layers that are zero."""
    torch.manual_seed(0)
    networks = build_networks(replace(CONFIG, prediction_type=prediction_type))
    for network in (networks.unet, networks.pose_controller, networks.image_encoder):
        randomize_zero_layers(network.eval().requires_grad_(False))
    return networks


def tiny_conditioning(frames: int = 3, seed: int = 1) -> Conditioning:
    """Random conditioning; the person moves to the right, so that no region is empty."""
    generator = torch.Generator().manual_seed(seed)
    height, width = SIZE

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return Conditioning(
        image_embeds=noise(1, frames, 1, 16),
        source_pose=noise(1, 32, frames, height, width),
        target_pose=noise(1, 32, frames, height, width),
        appearance=tuple(
            noise(1, channels, frames, height >> level, width >> level)
            for level, channels in enumerate(TINY.appearance.channels)
        ),
        source_mask=person(frames, left=8),
        target_mask=person(frames, left=16),
    )


def person(frames: int, left: int) -> Tensor:
    """Masks [f, 32, 48] of a person 16 pixels wide and 24 high."""
    mask = torch.zeros(frames, 32, 48)
    mask[:, 4:28, left : left + 16] = 1
    return mask
