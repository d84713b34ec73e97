"""The trained networks as one module, and the losses of its prediction."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.codecs import Codec
from motionfollower.models.model import Networks
from motionfollower.research.training.config import Loss, TrainConfig
from motionfollower.research.training.data.batch import Batch

COARSE = 4
"""Pixels per side that are averaged into one for the coarse loss."""


class TrainableModel(nn.Module):
    """All networks that are trained together; the codec is frozen and stays outside."""

    def __init__(self, networks: Networks) -> None:
        super().__init__()
        self.unet = networks.unet
        self.pose_controller = networks.pose_controller
        self.image_encoder = networks.image_encoder
        self.needs_puppet = networks.config.needs_puppet

    def forward(self, batch: Batch, noisy: Tensor, timestep: int) -> Tensor:
        """The U-Net's prediction for `noisy` latents [b, c, f, h, w] at a timestep, of the same shape."""
        appearance_input = torch.cat([batch.source, batch.puppet], dim=1) if self.needs_puppet else batch.source
        tokens = self.image_encoder(batch.source) * batch.token_mask
        appearance = self.unet.encode_appearance(appearance_input)
        output: Tensor = self.unet(noisy, timestep, tokens, self.pose_controller(batch.pose), appearance)
        return output


@torch.no_grad()
def encode_truth(codec: Codec, batch: Batch, needs_puppet: bool) -> Tensor:
    """The latents x0 of the ground truth."""
    return codec.encode(batch.truth, batch.puppet if needs_puppet else None)


def add_noise(x0: Tensor, noise: Tensor, alpha_bar: float) -> Tensor:
    """x_t, at the noise level ᾱ (DDPM eq. 4)."""
    return math.sqrt(alpha_bar) * x0 + math.sqrt(1 - alpha_bar) * noise


def prediction_target(x0: Tensor, noise: Tensor, alpha_bar: float, prediction_type: str) -> Tensor:
    """The target of the U-Net's prediction: the sample x0, or v (Salimans & Ho 2022)."""
    if prediction_type == "sample":
        return x0
    return math.sqrt(alpha_bar) * noise - math.sqrt(1 - alpha_bar) * x0


def edit_loss(
    prediction: Tensor, layer: tuple[Tensor, Tensor], batch: Batch, codec: Codec, config: TrainConfig
) -> Tensor:
    """The loss of predicted layer latents in pixel space: decoded edit, opacity penalty, and the layer's own colours.

    `layer` is the codec's layer of the prediction. The coarse term decodes over a coarse puppet, so that its gradient
    reaches shifts of more than a pixel. The opacity penalty keeps the layer from painting where it gains little. The
    term of the colours on their own gives a gradient to a layer that is still transparent.
    """
    weights = 1 + (config.person_weight - 1) * batch.person
    colours, opacity = layer
    fine = _error(codec.decode(prediction, batch.puppet), batch.truth, config.loss)
    coarse = _error(codec.decode(prediction, _downsample(batch.puppet)), _downsample(batch.truth), config.loss)
    edit = _weighted_mean(fine, weights) + config.coarse_weight * _weighted_mean(coarse, _downsample(weights))
    colour = _weighted_mean(_error(colours, batch.truth, config.loss), batch.person)
    coverage = _weighted_mean(opacity, weights)
    return edit + config.layer_cost * coverage + config.layer_weight * colour


def _downsample(video: Tensor) -> Tensor:
    return F.avg_pool3d(video, (1, COARSE, COARSE))


def latent_loss(prediction: Tensor, target: Tensor, batch: Batch, config: TrainConfig) -> Tensor:
    """The mean error of latents, weighted by how much of each the person covers."""
    person = F.interpolate(batch.person, size=prediction.shape[2:], mode="area")
    error = _error(prediction.float(), target, config.loss)
    return _weighted_mean(error, 1 + (config.person_weight - 1) * person)


def _error(prediction: Tensor, target: Tensor, loss: Loss) -> Tensor:
    return (prediction - target).square() if loss == "squared" else (prediction - target).abs()


def _weighted_mean(error: Tensor, weights: Tensor) -> Tensor:
    return (error * weights).sum() / (weights.sum().clamp(min=1) * error.shape[1])
