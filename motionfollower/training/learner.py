"""The networks as one module that learns, and the loss of what it says."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.codec import Codec
from motionfollower.models.networks import Networks
from motionfollower.training.batch import Batch
from motionfollower.training.recipe import Loss


class Learner(nn.Module):
    """All networks that are trained together; the codec stays as it is, outside."""

    def __init__(self, networks: Networks) -> None:
        super().__init__()
        self.unet = networks.unet
        self.pose_controller = networks.pose_controller
        self.image_encoder = networks.image_encoder
        self.needs_puppet = networks.config.needs_puppet

    def forward(self, batch: Batch, noisy: Tensor, timestep: int) -> Tensor:
        """What the U-Net says of `noisy` latents [b, c, f, h, w] at a timestep, of that shape."""
        seen = torch.cat([batch.source, batch.puppet], dim=1) if self.needs_puppet else batch.source
        tokens = self.image_encoder(batch.source) * batch.keeps
        appearance = self.unet.encode_appearance(seen)
        output: Tensor = self.unet(noisy, timestep, tokens, self.pose_controller(batch.pose), appearance)
        return output


@torch.no_grad()
def encode_truth(codec: Codec, batch: Batch, needs_puppet: bool) -> Tensor:
    """The latents x0 of the truth."""
    return codec.encode(batch.truth, batch.puppet if needs_puppet else None)


def add_noise(x0: Tensor, noise: Tensor, alpha_bar: float) -> Tensor:
    """x_t, at the noise level ᾱ (DDPM eq. 4)."""
    return math.sqrt(alpha_bar) * x0 + math.sqrt(1 - alpha_bar) * noise


def wanted(x0: Tensor, noise: Tensor, alpha_bar: float, prediction_type: str) -> Tensor:
    """What the U-Net should have said: the sample itself, or v (Salimans & Ho 2022)."""
    if prediction_type == "sample":
        return x0
    return math.sqrt(alpha_bar) * noise - math.sqrt(1 - alpha_bar) * x0


def weighted_loss(said: Tensor, target: Tensor, person: Tensor, person_weight: float, loss: Loss) -> Tensor:
    """The mean error, in which latents of the person weigh more; `person` [b, 1, f, H, W] in pixels."""
    share = F.interpolate(person, size=said.shape[2:], mode="area")
    weights = 1 + (person_weight - 1) * share
    error = said.float() - target
    error = error.square() if loss == "squared" else error.abs()
    return (error * weights).sum() / (weights.sum() * said.shape[1])
