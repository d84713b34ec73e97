"""What the target-mask network learns by, and how good it is."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from motionfollower.core.device import seed_fresh_weights
from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer
from motionfollower.research.training.target_mask.samples import MaskSamples


def make_trainer(samples: MaskSamples, recipe: SmallNetConfig) -> SmallNetTrainer[MaskNet]:
    """The training of a fresh network on samples."""

    def loss(network: MaskNet, step: int) -> Tensor:
        seen, truth = _draw(samples, recipe.batch, step)
        return mask_loss(network(seen), truth)

    return SmallNetTrainer(fresh_network(), recipe, loss)


def fresh_network() -> MaskNet:
    """A network that has learned nothing: it says what the evidence says."""
    seed_fresh_weights(0)
    return MaskNet(MaskNetConfig())


def _draw(samples: MaskSamples, count: int, step: int) -> tuple[Tensor, Tensor]:
    """Evidence and truth of a step's samples, half of the batches mirrored."""
    random = np.random.default_rng([1, step])
    chosen = np.sort(random.choice(len(samples), count, replace=False))
    seen, truth = (torch.from_numpy(part) for part in samples.take(chosen))
    return (seen.flip(-1), truth.flip(-1)) if random.random() < 0.5 else (seen, truth)


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy by pixel, and one minus the soft intersection over union."""
    likely = logits.sigmoid()
    both = (likely * truth).sum(dim=(1, 2))
    union = (likely + truth - likely * truth).sum(dim=(1, 2))
    return F.binary_cross_entropy_with_logits(logits, truth) + (1 - both / union.clamp(min=1)).mean()


def overlap(network: MaskNet, samples: MaskSamples) -> float:
    """Mean intersection over union of a network's masks with the true ones."""
    shares = []
    with torch.inference_mode():
        for start in range(0, len(samples), 64):
            seen, truth = samples.take(np.arange(start, min(start + 64, len(samples))))
            ours, theirs = network(torch.from_numpy(seen)).numpy() > 0, truth > 0.5
            union = np.maximum((ours | theirs).sum(axis=(1, 2)), 1)
            shares.append((ours & theirs).sum(axis=(1, 2)) / union)
    return float(np.concatenate(shares).mean())
