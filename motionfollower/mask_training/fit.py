"""The training of a target-mask network, step by step; it goes on where it was interrupted."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from motionfollower.device import seed_fresh_weights
from motionfollower.errors import InputError
from motionfollower.mask_training.samples import Samples
from motionfollower.models.mask_net import MaskNet, MaskNetConfig
from motionfollower.weights.tensor_files import write_state

SAVE_EVERY = 200  # steps


@dataclass(frozen=True)
class Recipe:
    """How long, with how many samples at once, and how fast at most; the rate falls as a cosine."""

    steps: int = 4000
    batch: int = 8
    rate: float = 2e-3


class Fitting:
    """A network on its way; `step` counts the steps taken. Each step's samples depend on its number alone."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.step = recipe, 0
        seed_fresh_weights(0)
        self.network = MaskNet(MaskNetConfig())
        self._optimiser = torch.optim.AdamW(self.network.parameters(), lr=recipe.rate, weight_decay=1e-4)

    def run(self, samples: Samples, state: Path) -> Generator[int, None, None]:
        """Yield the steps taken; keep the state in a file. InputError where the loss is no number."""
        while self.step < self.recipe.steps:
            loss = self._take_step(samples)
            if not np.isfinite(loss):
                raise InputError(f"The loss is {loss} after {self.step} steps. {state} has the last good state.")
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == self.recipe.steps:
                self.save(state)
            yield self.step

    def save(self, state: Path) -> None:
        """Write all that going on needs."""
        whole = {"network": self.network.state_dict(), "optimiser": self._optimiser.state_dict(), "step": self.step}
        write_state(state, whole)

    def resume(self, state: Path) -> None:
        """Go on from a file of `save`."""
        whole = torch.load(state, weights_only=True)
        self.network.load_state_dict(whole["network"])
        self._optimiser.load_state_dict(whole["optimiser"])
        self.step = int(whole["step"])

    def _take_step(self, samples: Samples) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * 0.5 * (1 + math.cos(math.pi * self.step / self.recipe.steps))
        loss = mask_loss(*self._draw(samples))
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        return float(loss.detach())

    def _draw(self, samples: Samples) -> tuple[Tensor, Tensor]:
        """Logits and truth of this step's samples, half of the batches mirrored."""
        random = np.random.default_rng([1, self.step])
        chosen = np.sort(random.choice(len(samples), self.recipe.batch, replace=False))
        seen, truth = (torch.from_numpy(part) for part in samples.take(chosen))
        if random.random() < 0.5:
            seen, truth = seen.flip(-1), truth.flip(-1)
        return self.network(seen), truth


def mask_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy by pixel, and one minus the soft intersection over union."""
    likely = logits.sigmoid()
    both = (likely * truth).sum(dim=(1, 2))
    union = (likely + truth - likely * truth).sum(dim=(1, 2))
    return F.binary_cross_entropy_with_logits(logits, truth) + (1 - both / union.clamp(min=1)).mean()


def overlap(network: MaskNet, samples: Samples) -> float:
    """Mean intersection over union of a network's masks with the true ones."""
    shares = []
    with torch.inference_mode():
        for start in range(0, len(samples), 64):
            seen, truth = samples.take(np.arange(start, min(start + 64, len(samples))))
            ours, theirs = network(torch.from_numpy(seen)).numpy() > 0, truth > 0.5
            union = np.maximum((ours | theirs).sum(axis=(1, 2)), 1)
            shares.append((ours & theirs).sum(axis=(1, 2)) / union)
    return float(np.concatenate(shares).mean())
