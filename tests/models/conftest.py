"""A tiny untrained U-Net and inputs for it."""

import pytest
import torch
from torch import Tensor

from motionfollower.models.unet.unet import UNet
from tests.models.tiny import TINY, PassInputs, randomize_zero_layers


@pytest.fixture
def unet() -> UNet:
    torch.manual_seed(0)
    model = UNet(TINY).eval()
    randomize_zero_layers(model)
    return model


@pytest.fixture
def inputs(unet: UNet) -> PassInputs:
    generator = torch.Generator().manual_seed(1)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    with torch.no_grad():
        appearance = unet.encode_appearance(noise(1, 3, 3, 32, 48))
    return PassInputs(noise(1, 4, 3, 8, 12), 499, noise(1, 3, 1, 16), noise(1, 32, 3, 8, 12), appearance)
