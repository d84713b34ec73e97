"""The target-mask network: a small U-Net that corrects an estimate of where the person will be in the edit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

UNSHUFFLE = 2  # side of the squares of pixels that the network sees as one position


@dataclass(frozen=True)
class MaskNetConfig:
    """The fields of the network's .json file.

    Of its input `channels` the first `evidence` are log-odds divided by `surest`, the others rendered maps; `widths`
    are the channels of its levels, finest first.
    """

    channels: int = 5
    evidence: int = 2
    surest: float = 4.0
    widths: tuple[int, ...] = (16, 32, 64, 96)


class MaskNet(nn.Module):
    """Inputs [B, channels, S, S] to logits [B, S, S] that a pixel is the person's; S is a multiple of 16.

    It runs on pixel-unshuffled inputs, 2 × 2 pixels per position, which is four times as fast; the log-odds among the
    inputs already hold the fine outlines.
    """

    def __init__(self, config: MaskNetConfig) -> None:
        super().__init__()
        self.config = config
        in_widths = (config.channels * UNSHUFFLE**2, *config.widths[:-1])
        self.down = nn.ModuleList(_block(before, width) for before, width in zip(in_widths, config.widths, strict=True))
        pairs = list(zip(config.widths[:0:-1], config.widths[-2::-1], strict=True))
        self.up = nn.ModuleList(_block(deep + skip, skip) for deep, skip in pairs)
        self.out = nn.Conv2d(config.widths[0], UNSHUFFLE**2, 1)
        for parameter in self.out.parameters():
            nn.init.zeros_(parameter)  # an untrained network returns the sum of the log-odds

    def forward(self, inputs: Tensor) -> Tensor:
        """The sum of the log-odds among the inputs, plus the network's correction."""
        hidden, skips = F.pixel_unshuffle(inputs, UNSHUFFLE), []
        for level, block in enumerate(self.down):
            hidden = block(F.max_pool2d(hidden, 2) if level else hidden)
            skips.append(hidden)
        for block, skip in zip(self.up, skips[-2::-1], strict=True):
            hidden = block(torch.cat([F.interpolate(hidden, scale_factor=2.0, mode="nearest"), skip], dim=1))
        log_odds = self.config.surest * inputs[:, : self.config.evidence].sum(dim=1)
        return log_odds + F.pixel_shuffle(self.out(hidden), UNSHUFFLE)[:, 0]


def _block(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1),
        nn.GroupNorm(8, out_channels),
        nn.SiLU(),
        nn.Conv2d(out_channels, out_channels, 3, padding=1),
        nn.GroupNorm(8, out_channels),
        nn.SiLU(),
    )
