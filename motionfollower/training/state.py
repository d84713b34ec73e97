"""Checkpoints: everything that a run needs to go on bit for bit, in one file that is replaced whole.

What is random depends on the recipe's seed and the step alone, so that no generator's state belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from motionfollower.errors import WeightsError
from motionfollower.training.learner import Learner
from motionfollower.weights.tensor_files import write_state

STATE = "state.pt"


@dataclass
class Training:
    """A run under way, after `step` steps."""

    learner: Learner
    mean: AveragedModel
    optimizer: Optimizer
    step: int = 0


def save_state(folder: Path, training: Training) -> None:
    """Write the state, whole or not at all: the last one stays where that fails. OutputError where it can't be."""
    content = {
        "step": training.step,
        "learner": training.learner.state_dict(),
        "mean": training.mean.state_dict(),
        "optimizer": training.optimizer.state_dict(),
    }
    write_state(folder / STATE, content)


def load_state(folder: Path, training: Training) -> None:
    """Go on from the folder's state, if it has one. WeightsError where it is damaged or of another model."""
    path = folder / STATE
    if not path.exists():
        return
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        training.learner.load_state_dict(content["learner"])
        training.mean.load_state_dict(content["mean"])
        training.optimizer.load_state_dict(content["optimizer"])
        training.step = content["step"]
    except (OSError, RuntimeError, KeyError, ValueError, EOFError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"{path} is damaged or of another model or recipe: {reason}. Start in a new folder, with --init to go on "
            "from the weights that were exported."
        ) from error
