"""The training of a small network, step by step; it goes on where it was interrupted."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from motionfollower.core.errors import InputError
from motionfollower.models.weights.tensor_files import write_state

Network = TypeVar("Network", bound=nn.Module)

SAVE_EVERY = 200  # steps


@dataclass(frozen=True)
class SmallNetConfig:
    """How long, with how many samples at once, and how fast at most; the rate falls as a cosine."""

    steps: int = 4000
    batch: int = 8
    rate: float = 2e-3


class SmallNetTrainer(Generic[Network]):
    """A network on its way; `step` counts the steps taken.

    `loss` is that of the network at a step: what is drawn for it depends on the step's number alone.
    """

    def __init__(self, network: Network, recipe: SmallNetConfig, loss: Callable[[Network, int], Tensor]) -> None:
        self.network, self.recipe, self.step, self._loss = network, recipe, 0, loss
        self._optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=1e-4)

    def run(self, state: Path) -> Generator[int, None, None]:
        """Yield the steps taken; keep the state in a file. InputError where the loss is no number."""
        while self.step < self.recipe.steps:
            loss = self._take_step()
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

    def _take_step(self) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * 0.5 * (1 + math.cos(math.pi * self.step / self.recipe.steps))
        loss = self._loss(self.network, self.step)
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        return float(loss.detach())
