"""The shipped target-mask network: its files, and the function that it is for the rest of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from motionfollower.models.mask_net import MaskNet, MaskNetConfig
from motionfollower.weights.small_net import NetFiles
from preprocess.types import Floats

FILES = NetFiles("target_mask")
AT_ONCE = 32  # frames


def load_mask_net(folder: Path) -> MaskNet:
    """The network of a folder; WeightsError where it is missing or damaged."""
    return FILES.load(folder, lambda shape: MaskNet(MaskNetConfig(**shape | {"widths": tuple(shape["widths"])})))


def save_mask_net(network: MaskNet, folder: Path) -> None:
    """Write a network in half precision, with its shape."""
    FILES.save(folder, network, network.config)


def as_judge(network: MaskNet) -> Callable[[Floats], Floats]:
    """Evidence f32 [N, C, S, S] to logits f32 [N, S, S], on the processor."""

    def judge(evidence: Floats) -> Floats:
        with torch.inference_mode():
            whole = torch.from_numpy(evidence)
            parts = [network(whole[start : start + AT_ONCE]) for start in range(0, len(whole), AT_ONCE)]
        return torch.cat(parts).numpy()

    return judge
