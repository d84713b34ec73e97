"""A small model with every feature of the released one, untrained, on frames that aren't square."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from motionfollower.models.config import AppearanceConfig, MotionConfig, UNetConfig
from motionfollower.models.unet import UNet

TINY = UNetConfig(
    channels=(32, 32, 64),
    layers_per_block=1,
    down_attention=(True, True, False),
    up_attention=(False, True, True),
    heads=(2, 2, 4),
    token_channels=16,
    groups=8,
    motion=MotionConfig(heads=4, scales=(1, 2, 4)),
    appearance=AppearanceConfig(channels=(32, 32, 64), patch=4),
)


@dataclass(frozen=True)
class PassInputs:
    """Random inputs of one pass: 1 clip of 3 frames, 8 × 12 latents."""

    latents: Tensor
    timestep: int
    image_embeds: Tensor
    pose_features: Tensor
    appearance_features: tuple[Tensor, ...]

    def arguments(self) -> tuple[Tensor, int, Tensor, Tensor, tuple[Tensor, ...]]:
        return self.latents, self.timestep, self.image_embeds, self.pose_features, self.appearance_features


@pytest.fixture
def unet() -> UNet:
    torch.manual_seed(0)
    model = UNet(TINY).eval()
    for parameter in model.parameters():  # the layers that start at zero would hide mistakes
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return model


@pytest.fixture
def inputs(unet: UNet) -> PassInputs:
    generator = torch.Generator().manual_seed(1)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    with torch.no_grad():
        appearance = unet.encode_appearance(noise(1, 3, 3, 32, 48))
    return PassInputs(noise(1, 4, 3, 8, 12), 499, noise(1, 3, 1, 16), noise(1, 32, 3, 8, 12), appearance)
