"""The files of a small network of ours: NAME.safetensors in half precision, and its shape in NAME.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from motionfollower.core.device import HALF
from motionfollower.core.errors import WeightsError
from motionfollower.models.small_nets.bone_length_net import BoneLengthNet, BoneLengthNetConfig
from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.models.weights.tensor_files import read_state_dict, write_tensors
from preprocess.types import Floats
from preprocess.video.atomic import write_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class NetFiles:
    """The two files of a network called `name`."""

    name: str

    @property
    def weights(self) -> str:
        """What the file of the weights is called."""
        return f"{self.name}.safetensors"

    def load(self, folder: Path, build: Callable[[dict[str, Any]], Network]) -> Network:
        """The network that `build` makes of its shape; WeightsError where it is missing or damaged."""
        state, shape = read_state_dict(folder / self.weights), folder / f"{self.name}.json"
        try:
            network = build(json.loads(shape.read_text(encoding="utf-8")))
            network.load_state_dict({name: part.float() for name, part in state.items()})
        except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
            raise WeightsError(f"{shape} doesn't describe {self.weights}. Get both again.") from error
        return network.eval()

    def save(self, folder: Path, network: nn.Module, shape: DataclassInstance) -> None:
        """Write a network and its shape."""
        parts = {name: part.to(HALF).contiguous() for name, part in network.state_dict().items()}
        write_tensors(folder / self.weights, parts)
        write_text(folder / f"{self.name}.json", json.dumps(asdict(shape), indent=2) + "\n")


MASK_NET_FILES = NetFiles("target_mask")
MASKS_AT_ONCE = 32  # frames


def load_mask_net(folder: Path) -> MaskNet:
    """The network of a folder; WeightsError where it is missing or damaged."""
    return MASK_NET_FILES.load(
        folder, lambda shape: MaskNet(MaskNetConfig(**shape | {"widths": tuple(shape["widths"])}))
    )


def save_mask_net(network: MaskNet, folder: Path) -> None:
    """Write a network in half precision, with its shape."""
    MASK_NET_FILES.save(folder, network, network.config)


def mask_net_as_numpy(network: MaskNet) -> Callable[[Floats], Floats]:
    """Evidence f32 [N, C, S, S] to logits f32 [N, S, S], on the processor."""

    def judge(evidence: Floats) -> Floats:
        with torch.inference_mode():
            whole = torch.from_numpy(evidence)
            parts = [network(whole[start : start + MASKS_AT_ONCE]) for start in range(0, len(whole), MASKS_AT_ONCE)]
        return torch.cat(parts).numpy()

    return judge


BONE_LENGTH_NET_FILES = NetFiles("lengths")


def load_bone_length_net(folder: Path) -> BoneLengthNet:
    """The network of a folder; WeightsError where it is missing or damaged."""
    return BONE_LENGTH_NET_FILES.load(folder, lambda shape: BoneLengthNet(BoneLengthNetConfig(**shape)))


def save_bone_length_net(network: BoneLengthNet, folder: Path) -> None:
    """Write a network in half precision, with its shape."""
    BONE_LENGTH_NET_FILES.save(folder, network, network.config)


def bone_length_net_as_numpy(network: BoneLengthNet) -> Callable[[Floats], Floats]:
    """What frames show, f32 [F, C], to the logarithms of the lengths, f32 [L], on the processor."""

    def judge(features: Floats) -> Floats:
        with torch.inference_mode():
            logarithms: Tensor = network(torch.from_numpy(features)[None])[0]
        return logarithms[0].numpy()

    return judge
