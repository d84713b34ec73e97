"""The length network: reads how long the parts of a body are from the poses of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class BoneLengthNetConfig:
    """`features` of a frame, `lengths` that are read, and how `wide` the network is."""

    features: int = 92
    lengths: int = 9
    wide: int = 160


class BoneLengthNet(nn.Module):
    """What frames show, f32 [B, F, features], to the logarithms of lengths and of their likely errors, [B, lengths].

    Frames are a set (Zaheer et al. 2017): each is looked at by itself, then once more beside what all of them show,
    so that their order and number don't matter.
    """

    def __init__(self, config: BoneLengthNetConfig) -> None:
        super().__init__()
        self.config = config
        self.look = _layers(config.features, config.wide, config.wide)
        self.compare = _layers(3 * config.wide, config.wide, config.wide)
        self.conclude = _layers(2 * config.wide, config.wide)
        self.out = nn.Linear(config.wide, 2 * config.lengths)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """The median of each length's logarithm, and the logarithm of its mean error."""
        seen = self.look(features)
        all_frames = _pool(seen)[:, None].expand(-1, features.shape[1], -1)
        compared = self.compare(torch.cat([seen, all_frames], dim=2))
        logarithms, errors = self.out(self.conclude(_pool(compared))).chunk(2, dim=1)
        return logarithms, errors


def _pool(frames: Tensor) -> Tensor:
    """What all frames [B, F, C] have in common, and the most that one of them shows, [B, 2C]."""
    return torch.cat([frames.mean(dim=1), frames.amax(dim=1)], dim=1)


def _layers(*widths: int) -> nn.Sequential:
    return nn.Sequential(*(part for pair in pairwise(widths) for part in (nn.Linear(*pair), nn.GELU())))
