"""What the length network learns by, and how good it is."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from motionfollower.core.device import seed_fresh_weights
from motionfollower.models.small_nets.bone_length_net import BoneLengthNet, BoneLengthNetConfig
from motionfollower.research.training.bone_length.batch import BoneLengthDataset, draw
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer
from preprocess.align.bone_lengths import COUNT, FEATURES

BODY_MISTAKES = 1.0  # true joints need an estimator's errors; ...
SEEN_MISTAKES = 0.3  # ... an estimator's have their own, but are few
ERRORS = (-8.0, 2.0)  # logarithms of likely errors, at least and at most
STATURE = [0, 3, 4]  # torso, thighs, shins


def make_trainer(
    bodies: BoneLengthDataset, seen: BoneLengthDataset, recipe: SmallNetConfig
) -> SmallNetTrainer[BoneLengthNet]:
    """The training of a fresh network, in equal parts on bodies alone and on what the estimator sees."""

    def loss(network: BoneLengthNet, step: int) -> Tensor:
        random = np.random.default_rng([2, step])
        kinds = draw(bodies, recipe.batch, BODY_MISTAKES, random), draw(seen, recipe.batch, SEEN_MISTAKES, random)
        return torch.stack([likelihood_loss(network, *clips.features()) for clips in kinds]).mean()

    seed_fresh_weights(0)
    return SmallNetTrainer(BoneLengthNet(BoneLengthNetConfig(FEATURES, COUNT)), recipe, loss)


def likelihood_loss(network: BoneLengthNet, shown: np.ndarray, truth: np.ndarray) -> Tensor:
    """How unlikely the truth is where errors are distributed as Laplace says, with the scale that is foretold."""
    logarithms, errors = network(torch.from_numpy(shown))
    errors = errors.clamp(*ERRORS)
    off: Tensor = (logarithms - torch.from_numpy(truth)).abs()
    loss: Tensor = (off * torch.exp(-errors) + errors).mean()
    return loss


def error(network: BoneLengthNet, clips: BoneLengthDataset) -> float:
    """The mean error of the stature, as a share of it."""
    shown, truth = clips.features()
    with torch.inference_mode():
        said, _ = network(torch.from_numpy(shown))
    ours, theirs = (torch.as_tensor(part).exp()[:, STATURE].sum(dim=1) for part in (said, truth))
    return float((ours / theirs - 1).abs().mean())
