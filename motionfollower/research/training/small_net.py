"""The training loop of a small network; a stopped run resumes exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from motionfollower.core.errors import InputError
from motionfollower.models.weights.tensor_files import write_state
from preprocess.progress import OnProgress, ignore_progress

Network = TypeVar("Network", bound=nn.Module)

SAVE_EVERY = 200  # steps


@dataclass(frozen=True)
class SmallNetConfig:
    """Steps, samples per step, and the peak learning rate `rate`, which decays as a cosine."""

    steps: int = 4000
    batch: int = 8
    rate: float = 2e-3


class SmallNetTrainer(Generic[Network]):
    """A network in training, after `step` steps.

    `loss` is the network's loss at a step; its random draws may depend on the step's number alone.
    """

    def __init__(self, network: Network, config: SmallNetConfig, loss: Callable[[Network, int], Tensor]) -> None:
        self.network, self.config, self.step, self._loss = network, config, 0, loss
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=config.rate, weight_decay=1e-4)

    def run(self, state: Path, on_progress: OnProgress = ignore_progress) -> None:
        """Take the remaining steps and save checkpoints to the file `state`. InputError where the loss isn't finite."""
        while self.step < self.config.steps:
            loss = self._take_step()
            if not np.isfinite(loss):
                raise InputError(f"The loss is {loss} after {self.step} steps. {state} has the last good state.")
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == self.config.steps:
                self.save(state)
            on_progress(self.step)

    def save(self, state: Path) -> None:
        """Write a checkpoint atomically."""
        content = {"network": self.network.state_dict(), "optimiser": self._optimizer.state_dict(), "step": self.step}
        write_state(state, content)

    def resume(self, state: Path) -> None:
        """Restore a checkpoint."""
        content = torch.load(state, weights_only=True)
        self.network.load_state_dict(content["network"])
        self._optimizer.load_state_dict(content["optimiser"])
        self.step = int(content["step"])

    def _take_step(self) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self.config.rate * 0.5 * (1 + math.cos(math.pi * self.step / self.config.steps))
        loss = self._loss(self.network, self.step)
        self._optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        return float(loss.detach())
