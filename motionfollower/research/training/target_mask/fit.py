"""The loss of the target-mask network, its trainer, and its IoU."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from motionfollower.core.device import seed_fresh_weights
from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer
from motionfollower.research.training.target_mask.samples import MaskSamples


def make_trainer(samples: MaskSamples, config: SmallNetConfig) -> SmallNetTrainer[MaskNet]:
    """The trainer of an untrained network on samples."""

    def loss(network: MaskNet, step: int) -> Tensor:
        inputs, truth = _draw_batch(samples, config.batch, step)
        return mask_loss(network(inputs), truth)

    return SmallNetTrainer(untrained_network(), config, loss)


def untrained_network() -> MaskNet:
    """A network with initial weights, which outputs the geometric estimate unchanged."""
    seed_fresh_weights(0)
    return MaskNet(MaskNetConfig())


def _draw_batch(samples: MaskSamples, count: int, step: int) -> tuple[Tensor, Tensor]:
    """Inputs and true masks of a step's batch, which is mirrored with probability 1/2."""
    random = np.random.default_rng([1, step])
    chosen = np.sort(random.choice(len(samples), count, replace=False))
    inputs, truth = (torch.from_numpy(part) for part in samples.take(chosen))
    return (inputs.flip(-1), truth.flip(-1)) if random.random() < 0.5 else (inputs, truth)


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy per pixel, plus one minus the soft intersection over union."""
    probability = logits.sigmoid()
    intersection = (probability * truth).sum(dim=(1, 2))
    union = (probability + truth - probability * truth).sum(dim=(1, 2))
    return F.binary_cross_entropy_with_logits(logits, truth) + (1 - intersection / union.clamp(min=1)).mean()


def mean_iou(network: MaskNet, samples: MaskSamples) -> float:
    """Mean intersection over union of a network's masks with the true ones."""
    ious = []
    with torch.inference_mode():
        for start in range(0, len(samples), 64):
            inputs, truth = samples.take(np.arange(start, min(start + 64, len(samples))))
            predicted, true = network(torch.from_numpy(inputs)).numpy() > 0, truth > 0.5
            union = np.maximum((predicted | true).sum(axis=(1, 2)), 1)
            ious.append((predicted & true).sum(axis=(1, 2)) / union)
    return float(np.concatenate(ious).mean())
