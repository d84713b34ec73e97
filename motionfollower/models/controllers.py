"""The controllers, which condition the U-Net on the pose of the edit and on the appearance of the source."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import AppearanceConfig, PoseControllerConfig
from motionfollower.models.layers import fold_frames, unfold_frames, zero_init


class PoseController(nn.Module):
    """The paper's pose controller (PoCtr): rendered poses to a feature that is added after the U-Net's `conv_in`.

    Its last convolution starts at zero, so that an untrained controller changes nothing.
    """

    def __init__(self, config: PoseControllerConfig) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(3, config.channels[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for width, wider in pairwise(config.channels):
            self.blocks.append(nn.Conv2d(width, width, 3, padding=1))
            self.blocks.append(nn.Conv2d(width, wider, 3, padding=1, stride=2))
        self.conv_out = nn.Conv2d(config.channels[-1], config.out_channels, 3, padding=1)
        zero_init(self.conv_out)

    def forward(self, poses: Tensor) -> Tensor:
        """Pose images [b, 3, f, H, W] in [0, 1] to features [b, c, f, h, w]."""
        x = F.silu(self.conv_in(fold_frames(poses, len(poses))))
        for conv in self.blocks:
            x = F.silu(conv(x))
        return unfold_frames(self.conv_out(x), poses.shape[2])


class AppearanceController(nn.Module):
    """The paper's reference controller (ReCtr, after T2I-Adapter): source frames to a feature for each down block.

    It replaces DDIM inversion: the appearance reaches the U-Net by these features instead of by inverted noise.
    """

    def __init__(self, config: AppearanceConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.channels
        self.conv_in = nn.Conv2d(config.image_channels * config.patch**2, widths[0], 3, padding=1)
        self.body = nn.ModuleList()
        for before, width in pairwise((widths[0], *widths)):
            self.body.append(AppearanceBlock(before, width))
            self.body.extend(AppearanceBlock(width, width) for _ in range(config.layers - 1))

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Frames [b, c, f, H, W] in [−1, 1] to features [b, c_k, f, h / 2^k, w / 2^k], k = 0, 1, …"""
        layers, features = self.config.layers, []
        x = self.conv_in(F.pixel_unshuffle(fold_frames(frames, len(frames)), self.config.patch))
        for index, block in enumerate(self.body):
            if index > 0 and index % layers == 0:
                x = F.avg_pool2d(x, 2)
            x = block(x)
            if index % layers == layers - 1:
                features.append(unfold_frames(x, frames.shape[2]))
        return tuple(features)


class AppearanceBlock(nn.Module):
    """Residual block of T2I-Adapter: a 3 × 3 convolution, ReLU, and a 1 × 1 convolution."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.in_conv = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()
        self.block1 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.block2 = nn.Conv2d(out_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        x = self.in_conv(x)
        return x + self.block2(torch.relu(self.block1(x)))
