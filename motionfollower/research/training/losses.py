"""The networks as one module that learns, and the loss of what it says."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.codecs import Codec, LayerCodec
from motionfollower.models.model import Networks
from motionfollower.research.training.config import Loss, TrainConfig
from motionfollower.research.training.data.batch import Batch

COARSE = 4
"""Pixels a side that are one in pictures from afar."""


class TrainableModel(nn.Module):
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


def prediction_target(x0: Tensor, noise: Tensor, alpha_bar: float, prediction_type: str) -> Tensor:
    """What the U-Net should have said: the sample itself, or v (Salimans & Ho 2022)."""
    if prediction_type == "sample":
        return x0
    return math.sqrt(alpha_bar) * noise - math.sqrt(1 - alpha_bar) * x0


def edit_loss(said: Tensor, batch: Batch, codec: LayerCodec, recipe: TrainConfig) -> Tensor:
    """How far the edit that latents x0 mean is from the truth, what the layer costs, and a little its colours alone.

    Seen from afar as well, over a coarse puppet, the edit's error leads a shift beyond the next pixel. The cost keeps
    the layer from painting where it gains little. Without the colours' own error, a layer that nobody sees yet would
    never learn what to show.
    """
    weights = 1 + (recipe.person_weight - 1) * batch.person
    colours, opacity = codec.layer(said)
    near = _error(codec.decode(said, batch.puppet), batch.truth, recipe.loss)
    afar = _error(codec.decode(said, _coarse(batch.puppet)), _coarse(batch.truth), recipe.loss)
    seen = _mean(near, weights) + recipe.coarse_weight * _mean(afar, _coarse(weights))
    painted = _mean(_error(colours, batch.truth, recipe.loss), batch.person)
    cost = _mean(opacity, weights)
    return seen + recipe.layer_cost * cost + recipe.layer_weight * painted


def _coarse(video: Tensor) -> Tensor:
    """A video as from afar: what is out of place is nearer to its place there."""
    return F.avg_pool3d(video, (1, COARSE, COARSE))


def latent_loss(said: Tensor, target: Tensor, batch: Batch, recipe: TrainConfig) -> Tensor:
    """The mean error of latents, in which those of the person weigh more."""
    share = F.interpolate(batch.person, size=said.shape[2:], mode="area")
    return _mean(_error(said.float(), target, recipe.loss), 1 + (recipe.person_weight - 1) * share)


def _error(said: Tensor, target: Tensor, loss: Loss) -> Tensor:
    return (said - target).square() if loss == "squared" else (said - target).abs()


def _mean(error: Tensor, weights: Tensor) -> Tensor:
    return (error * weights).sum() / (weights.sum().clamp(min=1) * error.shape[1])
