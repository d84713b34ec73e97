"""The loss of the bone-length network, its trainer, and its error."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from motionfollower.core.device import seed_fresh_weights
from motionfollower.models.small_nets.bone_length_net import BoneLengthNet, BoneLengthNetConfig
from motionfollower.research.training.bone_length.batch import BoneLengthDataset, draw_windows
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer
from preprocess.align.bone_lengths import FEATURE_COUNT, LENGTH_COUNT

PROJECTED_STRENGTH = 1.0  # of the augmentation: true joints need all of an estimator's errors, ...
ESTIMATED_STRENGTH = 0.3  # ... estimated ones have their own, but are few
LOG_SCALES = (-8.0, 2.0)  # range of the predicted logarithms of errors
STATURE = [0, 3, 4]  # torso, thighs, shins


def make_trainer(
    projected: BoneLengthDataset, estimated: BoneLengthDataset, config: SmallNetConfig
) -> SmallNetTrainer[BoneLengthNet]:
    """The trainer of an untrained network, half on projected joints of bodies and half on estimated poses."""

    def loss(network: BoneLengthNet, step: int) -> Tensor:
        random = np.random.default_rng([2, step])
        windows = (
            draw_windows(projected, config.batch, PROJECTED_STRENGTH, random),
            draw_windows(estimated, config.batch, ESTIMATED_STRENGTH, random),
        )
        return torch.stack([laplace_nll(network, *clips.inputs_and_targets()) for clips in windows]).mean()

    seed_fresh_weights(0)
    return SmallNetTrainer(BoneLengthNet(BoneLengthNetConfig(FEATURE_COUNT, LENGTH_COUNT)), config, loss)


def laplace_nll(network: BoneLengthNet, inputs: np.ndarray, targets: np.ndarray) -> Tensor:
    """The negative log-likelihood of the targets under Laplace distributions of predicted mean and scale."""
    means, log_scales = network(torch.from_numpy(inputs))
    log_scales = log_scales.clamp(*LOG_SCALES)
    deviation: Tensor = (means - torch.from_numpy(targets)).abs()
    loss: Tensor = (deviation * torch.exp(-log_scales) + log_scales).mean()
    return loss


def stature_error(network: BoneLengthNet, clips: BoneLengthDataset) -> float:
    """The mean relative error of the predicted stature."""
    inputs, targets = clips.inputs_and_targets()
    with torch.inference_mode():
        prediction, _ = network(torch.from_numpy(inputs))
    predicted, true = (torch.as_tensor(part).exp()[:, STATURE].sum(dim=1) for part in (prediction, targets))
    return float((predicted / true - 1).abs().mean())
