"""The files of the small networks: NAME.safetensors in half precision, and the configuration in NAME.json."""

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
class SmallNetFiles:
    """The two files of the network that is called `name`."""

    name: str

    @property
    def weights(self) -> str:
        """The name of the file of weights."""
        return f"{self.name}.safetensors"

    def load(self, folder: Path, build: Callable[[dict[str, Any]], Network]) -> Network:
        """Load the network that `build` creates from the fields of its .json file; WeightsError for an invalid file."""
        state, config = read_state_dict(folder / self.weights), folder / f"{self.name}.json"
        try:
            network = build(json.loads(config.read_text(encoding="utf-8")))
            network.load_state_dict({key: tensor.float() for key, tensor in state.items()})
        except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
            raise WeightsError(f"{config} doesn't describe {self.weights}. Get both files again.") from error
        return network.eval()

    def save(self, folder: Path, network: nn.Module, config: DataclassInstance) -> None:
        """Write a network in half precision, and its configuration; OutputError where they can't be written."""
        tensors = {key: tensor.to(HALF).contiguous() for key, tensor in network.state_dict().items()}
        write_tensors(folder / self.weights, tensors)
        write_text(folder / f"{self.name}.json", json.dumps(asdict(config), indent=2) + "\n")


MASK_NET_FILES = SmallNetFiles("target_mask")
MASK_BATCH = 32  # frames per pass


def load_mask_net(folder: Path) -> MaskNet:
    """Load the target-mask network of a folder; WeightsError where it is missing or damaged."""
    return MASK_NET_FILES.load(
        folder, lambda fields: MaskNet(MaskNetConfig(**fields | {"widths": tuple(fields["widths"])}))
    )


def save_mask_net(network: MaskNet, folder: Path) -> None:
    """Write the target-mask network to a folder."""
    MASK_NET_FILES.save(folder, network, network.config)


def mask_net_as_numpy(network: MaskNet) -> Callable[[Floats], Floats]:
    """The network as a function of NumPy arrays on the CPU: inputs f32 [N, C, S, S] to logits f32 [N, S, S]."""

    def predict(inputs: Floats) -> Floats:
        with torch.inference_mode():
            frames = torch.from_numpy(inputs)
            logits = [network(frames[start : start + MASK_BATCH]) for start in range(0, len(frames), MASK_BATCH)]
        return torch.cat(logits).numpy()

    return predict


BONE_LENGTH_NET_FILES = SmallNetFiles("lengths")


def load_bone_length_net(folder: Path) -> BoneLengthNet:
    """Load the bone-length network of a folder; WeightsError where it is missing or damaged."""
    return BONE_LENGTH_NET_FILES.load(folder, lambda fields: BoneLengthNet(BoneLengthNetConfig(**fields)))


def save_bone_length_net(network: BoneLengthNet, folder: Path) -> None:
    """Write the bone-length network to a folder."""
    BONE_LENGTH_NET_FILES.save(folder, network, network.config)


def bone_length_net_as_numpy(network: BoneLengthNet) -> Callable[[Floats], Floats]:
    """The network as a function of NumPy arrays on the CPU: features f32 [F, C] to log lengths f32 [L]."""

    def predict(features: Floats) -> Floats:
        with torch.inference_mode():
            logarithms: Tensor = network(torch.from_numpy(features)[None])[0]
        return logarithms[0].numpy()

    return predict
