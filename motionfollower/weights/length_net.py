"""The shipped length network: its files, and the function that it is for the rest of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from motionfollower.models.length_net import LengthNet, LengthNetConfig
from motionfollower.weights.small_net import NetFiles
from preprocess.types import Floats

FILES = NetFiles("lengths")


def load_length_net(folder: Path) -> LengthNet:
    """The network of a folder; WeightsError where it is missing or damaged."""
    return FILES.load(folder, lambda shape: LengthNet(LengthNetConfig(**shape)))


def save_length_net(network: LengthNet, folder: Path) -> None:
    """Write a network in half precision, with its shape."""
    FILES.save(folder, network, network.config)


def as_judge(network: LengthNet) -> Callable[[Floats], Floats]:
    """What frames show, f32 [F, C], to the logarithms of the lengths, f32 [L], on the processor."""

    def judge(features: Floats) -> Floats:
        with torch.inference_mode():
            logarithms: Tensor = network(torch.from_numpy(features)[None])[0]
        return logarithms[0].numpy()

    return judge
