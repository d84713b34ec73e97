"""Checkpoints and initial weights of a run.

A checkpoint is one file, replaced atomically, from which a run resumes bit for bit. Random draws depend on the seed
and the step alone, so that it holds no generator's state.
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
from motionfollower.research.training.optim import MOTION_MODULES

STATE_FILE = "state.pt"


@dataclass
class TrainState:
    """The state of a run after `step` steps."""

    model: TrainableModel
    ema: AveragedModel
    optimizer: Optimizer
    step: int = 0


def save_state(folder: Path, state: TrainState) -> None:
    """Replace the folder's checkpoint atomically. OutputError where that fails; the last one is then kept."""
    content = {
        "step": state.step,
        "learner": state.model.state_dict(),
        "mean": state.ema.state_dict(),
        "optimizer": state.optimizer.state_dict(),
    }
    write_state(folder / STATE_FILE, content)


def load_state(folder: Path, state: TrainState) -> None:
    """Restore the folder's checkpoint, if it has one. WeightsError where it is damaged or of another model."""
    path = folder / STATE_FILE
    if not path.exists():
        return
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        state.model.load_state_dict(content["learner"])
        state.ema.load_state_dict(content["mean"])
        state.optimizer.load_state_dict(content["optimizer"])
        state.step = content["step"]
    except (OSError, RuntimeError, KeyError, ValueError, EOFError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"{path} is damaged, or belongs to another model or recipe: {reason}. Start in a new folder, with --init "
            "to continue from the exported weights."
        ) from error


def initial_networks(config: NetworksConfig, init: str | None, seed: int) -> Networks:
    """Build the networks to train: random from `seed`, or filled from a model's folder or the released files ("full").

    Motion modules that the checkpoint lacks are random; their zero output layer makes them the identity at first.
    WeightsError where the checkpoint belongs to another model.
    """
    seed_fresh_weights(seed)
    networks = build_networks(config)
    if init is not None:
        _load_matching(networks, load_model(init))
    return networks


def _load_matching(networks: Networks, pretrained: Networks) -> None:
    """Fill the networks; the codec only where both have one with weights."""
    names = ("unet", "pose_controller", "image_encoder", "codec")  # in the order of `Networks.parts`
    for name, source, target in zip(names, pretrained.parts, networks.parts, strict=False):
        _copy_weights(source, target, name)


def _copy_weights(pretrained: nn.Module, network: nn.Module, name: str) -> None:
    state, target = pretrained.state_dict(), network.state_dict()
    unexpected = [key for key in state if key not in target or state[key].shape != target[key].shape]
    missing = [key for key in target if key not in state and MOTION_MODULES not in key]
    if faults := unexpected + missing:
        raise WeightsError(
            f"The initial checkpoint doesn't fit the model config: {len(faults)} keys of the {name} are missing, "
            f"unexpected or of another shape; the first is {faults[0]}. Use the checkpoint's own config.json; only "
            "motion modules may be added."
        )
    network.load_state_dict(state, strict=False)
