"""The bone-length network: estimates a person's 3-D bone lengths from the 2-D poses of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class BoneLengthNetConfig:
    """The fields of the network's .json file: `features` per frame, number of `lengths`, and hidden width `wide`."""

    features: int = 92
    lengths: int = 9
    wide: int = 160


class BoneLengthNet(nn.Module):
    """Pose features of frames, f32 [B, F, features], to log lengths and log errors, each [B, lengths].

    The frames are a set (Deep Sets, Zaheer et al. 2017): each is encoded alone, then again together with the pooled
    encoding of all, so that their order doesn't matter and their number may vary.

    `look` is the first encoder, `compare` the second; `conclude` and `out` map the pooled encodings to the estimates.
    These names are keys of the trained weights.
    """

    def __init__(self, config: BoneLengthNetConfig) -> None:
        super().__init__()
        self.config = config
        self.look = _layers(config.features, config.wide, config.wide)
        self.compare = _layers(3 * config.wide, config.wide, config.wide)
        self.conclude = _layers(2 * config.wide, config.wide)
        self.out = nn.Linear(config.wide, 2 * config.lengths)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """The median of the logarithm of each length, and the logarithm of its expected absolute error."""
        encoded = self.look(features)
        pooled = _pool(encoded)[:, None].expand(-1, features.shape[1], -1)
        compared = self.compare(torch.cat([encoded, pooled], dim=2))
        logarithms, errors = self.out(self.conclude(_pool(compared))).chunk(2, dim=1)
        return logarithms, errors


def _pool(frames: Tensor) -> Tensor:
    """The mean and the maximum over the frames: [B, 2C] from [B, F, C]."""
    return torch.cat([frames.mean(dim=1), frames.amax(dim=1)], dim=1)


def _layers(*widths: int) -> nn.Sequential:
    return nn.Sequential(*(layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), nn.GELU())))
