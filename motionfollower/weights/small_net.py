"""The files of a small network of ours: NAME.safetensors in half precision, and its shape in NAME.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from torch import nn

from motionfollower.device import HALF
from motionfollower.errors import WeightsError
from motionfollower.weights.files import read_state_dict
from motionfollower.weights.tensor_files import write_tensors
from preprocess.atomic import write_text

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
