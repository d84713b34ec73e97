"""Checkpoints: everything that a run needs to go on bit for bit, in one file that is replaced whole.

What is random depends on the recipe's seed and the step alone, so that no generator's state belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from motionfollower.core.device import seed_fresh_weights
from motionfollower.core.errors import WeightsError
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.models.weights.model_dir import load_model
from motionfollower.models.weights.tensor_files import write_state
from motionfollower.research.training.losses import TrainableModel
from motionfollower.research.training.optim import MOTION

STATE = "state.pt"


@dataclass
class Training:
    """A run under way, after `step` steps."""

    learner: TrainableModel
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


def initial_networks(config: NetworksConfig, init: str | None, seed: int) -> Networks:
    """Networks to train: fresh ones from `seed`, or filled from a model's folder, or from the released files ("full").

    Motion modules that the checkpoint doesn't have are fresh and change nothing at first. WeightsError where it is
    another model's.
    """
    seed_fresh_weights(seed)
    networks = build_networks(config)
    if init is not None:
        _load_matching(networks, load_model(init))
    return networks


def _load_matching(networks: Networks, known: Networks) -> None:
    for name in ("unet", "pose_controller", "image_encoder"):
        _copy(getattr(known, name), getattr(networks, name), name)
    if isinstance(networks.codec, nn.Module) and isinstance(known.codec, nn.Module):
        _copy(known.codec, networks.codec, "codec")


def _copy(known: nn.Module, fresh: nn.Module, name: str) -> None:
    state, wanted = known.state_dict(), fresh.state_dict()
    foreign = [key for key in state if key not in wanted or state[key].shape != wanted[key].shape]
    missing = [key for key in wanted if key not in state and MOTION not in key]
    if faults := foreign + missing:
        raise WeightsError(
            f"The checkpoint to begin with doesn't fit the configuration: {len(faults)} keys of the {name} are "
            f"missing, unknown or misshapen, {faults[0]} first. Give its own config.json, but for motion modules."
        )
    fresh.load_state_dict(state, strict=False)
