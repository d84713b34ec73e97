"""The blocks of the U-Net: down, mid and up.

A layer of a block is a resnet, then a spatial transformer and a motion module where the block has them.
Everything is folded, `(b f) c h w`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from motionfollower.models.config import UNetConfig
from motionfollower.models.layers import Downsample, ResnetBlock, Upsample
from motionfollower.models.unet.attention import SpatialTransformer
from motionfollower.models.unet.kv_injection import KVExchange
from motionfollower.models.unet.motion_module import MotionModule


@dataclass(frozen=True)
class Conditions:
    """What every layer of one pass may look at.

    `time` [1, d]; `tokens` [(b f), n, d]; `frames` of each clip; `use_checkpointing` computes layers again
    in the backward pass instead of keeping them.
    """

    time: Tensor
    tokens: Tensor
    frames: int
    use_checkpointing: bool


class Block(nn.Module):
    """Layers of one level, by their released names."""

    resnets: nn.ModuleList
    attentions: nn.ModuleList
    motion_modules: nn.ModuleList

    def layer(
        self,
        index: int,
        x: Tensor,
        conditions: Conditions,
        appearance: Tensor | None = None,
        kv: KVExchange | None = None,
    ) -> Tensor:
        """Resnet, attention, the appearance added, motion."""
        if conditions.use_checkpointing and torch.is_grad_enabled():
            return checkpoint(self._layer, index, x, conditions, appearance, kv, use_reentrant=False)
        return self._layer(index, x, conditions, appearance, kv)

    def _layer(
        self, index: int, x: Tensor, conditions: Conditions, appearance: Tensor | None, kv: KVExchange | None
    ) -> Tensor:
        x = self.resnets[index](x, conditions.time)
        if self.attentions:
            x = self.attentions[index](x, conditions.tokens, kv)
        if appearance is not None:
            x = x + appearance
        if self.motion_modules:
            x = self.motion_modules[index](x, conditions.frames)
        return x


class DownBlock(Block):
    """Layers, the appearance added in the last of them, then half the size unless the block is the last."""

    def __init__(self, config: UNetConfig, level: int) -> None:
        super().__init__()
        width, layers = config.channels[level], config.layers_per_block
        inputs = [config.channels[max(level - 1, 0)]] + [width] * (layers - 1)
        self.resnets = nn.ModuleList(resnet(config, channels, width) for channels in inputs)
        self.attentions = transformers(config, level, layers if config.down_attention[level] else 0)
        self.motion_modules = motions(config, level, layers if config.motion and config.motion.in_down else 0)
        is_last = level == len(config.channels) - 1
        self.downsamplers = nn.ModuleList([] if is_last else [Downsample(width)])

    def forward(self, x: Tensor, conditions: Conditions, appearance: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The block's output, and the skips for the up blocks."""
        skips, last = [], len(self.resnets) - 1
        for index in range(len(self.resnets)):
            x = self.layer(index, x, conditions, appearance if index == last else None)
            skips.append(x)
        for downsample in self.downsamplers:
            x = downsample(x)
            skips.append(x)
        return x, skips


class MidBlock(Block):
    """A resnet; then attention, motion and a second resnet."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        level = len(config.channels) - 1
        width = config.channels[level]
        self.resnets = nn.ModuleList(resnet(config, width, width) for _ in range(2))
        self.attentions = transformers(config, level, 1)
        self.motion_modules = nn.ModuleList()
        if config.motion and config.motion.in_mid:
            self.motion_modules.append(MotionModule(width, config.motion))

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """`x` [(b f), c, h, w], of the same shape after."""
        return self.resnets[1](self.layer(0, x, conditions), conditions.time)


class UpBlock(Block):
    """Layers that take the skips back, then twice the size unless the block is the last."""

    def __init__(self, config: UNetConfig, index: int) -> None:
        super().__init__()
        widths = config.channels[::-1]
        layers, level = config.layers_per_block + 1, len(widths) - 1 - index
        width = widths[index]
        before = [widths[max(index - 1, 0)]] + [width] * (layers - 1)
        skips = [width] * (layers - 1) + [widths[min(index + 1, len(widths) - 1)]]
        self.resnets = nn.ModuleList(resnet(config, a + b, width) for a, b in zip(before, skips, strict=True))
        self.attentions = transformers(config, level, layers if config.up_attention[index] else 0)
        self.motion_modules = motions(config, level, layers)
        self.upsamplers = nn.ModuleList([Upsample(width)] if level > 0 else [])

    def forward(
        self, x: Tensor, conditions: Conditions, skips: Sequence[Tensor], kv: KVExchange | None = None
    ) -> Tensor:
        """`skips`, one a layer, in the order in which the down blocks made them."""
        for index, skip in enumerate(reversed(skips)):
            x = self.layer(index, torch.cat([x, skip], dim=1), conditions, kv=kv)
        for upsample in self.upsamplers:
            x = upsample(x)
        return x


def resnet(config: UNetConfig, in_channels: int, out_channels: int) -> ResnetBlock:
    """One resnet of the U-Net; its time embedding is four times as wide as the finest level."""
    return ResnetBlock(in_channels, out_channels, 4 * config.channels[0], config.groups, config.norm_eps)


def transformers(config: UNetConfig, level: int, count: int) -> nn.ModuleList:
    """Spatial transformers of one level."""
    width, heads = config.channels[level], config.heads[level]
    return nn.ModuleList(SpatialTransformer(width, config.token_channels, heads, config.groups) for _ in range(count))


def motions(config: UNetConfig, level: int, count: int) -> nn.ModuleList:
    """Motion modules of one level, none where the configuration wants none there."""
    motion = config.motion
    if motion is None or 2**level not in motion.scales:
        return nn.ModuleList()
    return nn.ModuleList(MotionModule(config.channels[level], motion) for _ in range(count))
