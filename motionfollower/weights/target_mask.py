"""The shipped target-mask network: its files, and the function that it is for the rest of the program."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch

from motionfollower.device import HALF
from motionfollower.errors import WeightsError
from motionfollower.models.mask_net import MaskNet, MaskNetConfig
from motionfollower.weights.files import read_state_dict
from motionfollower.weights.tensor_files import write_tensors
from preprocess.atomic import write_text
from preprocess.types import Floats

WEIGHTS, CONFIG = "target_mask.safetensors", "target_mask.json"
AT_ONCE = 32  # frames


def load_mask_net(folder: Path) -> MaskNet:
    """The network of a folder; WeightsError where it is missing or damaged."""
    state = read_state_dict(folder / WEIGHTS)
    try:
        shape = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        network = MaskNet(MaskNetConfig(**shape | {"widths": tuple(shape["widths"])}))
        network.load_state_dict({name: part.float() for name, part in state.items()})
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{folder / CONFIG} doesn't describe {WEIGHTS}. Get both again.") from error
    return network.eval()


def save_mask_net(network: MaskNet, folder: Path) -> None:
    """Write a network in half precision, with its shape."""
    parts = {name: part.to(HALF).contiguous() for name, part in network.state_dict().items()}
    write_tensors(folder / WEIGHTS, parts)
    write_text(folder / CONFIG, json.dumps(asdict(network.config), indent=2) + "\n")


def as_judge(network: MaskNet) -> Callable[[Floats], Floats]:
    """Evidence f32 [N, C, S, S] to logits f32 [N, S, S], on the processor."""

    def judge(evidence: Floats) -> Floats:
        with torch.inference_mode():
            whole = torch.from_numpy(evidence)
            parts = [network(whole[start : start + AT_ONCE]) for start in range(0, len(whole), AT_ONCE)]
        return torch.cat(parts).numpy()

    return judge
