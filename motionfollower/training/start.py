"""What a run begins with: fresh networks, or those of a checkpoint, in which a stage's new modules are fresh."""

from __future__ import annotations

from torch import nn

from motionfollower.device import seed_fresh_weights
from motionfollower.errors import WeightsError
from motionfollower.models.config import NetworksConfig
from motionfollower.models.networks import Networks, build_networks
from motionfollower.training.teacher import MOTION
from motionfollower.weights.model import load_model


def start_networks(config: NetworksConfig, init: str | None, seed: int) -> Networks:
    """Networks to train: fresh ones from `seed`, or filled from a model's folder, or from the released files ("full").

    Motion modules that the checkpoint doesn't have are fresh and change nothing at first. WeightsError where it is
    another model's.
    """
    seed_fresh_weights(seed)
    networks = build_networks(config)
    if init is not None:
        _take_over(networks, load_model(init))
    return networks


def _take_over(networks: Networks, known: Networks) -> None:
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
