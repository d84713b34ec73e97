"""The down, mid and up blocks of the U-Net.

A layer of a block is a resnet, then a spatial transformer and a motion module where the block has them.
All activations have their frames folded into the batch, [(b f), c, h, w].
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
class PassConditioning:
    """The conditioning that all layers of one pass share.

    `time` is the time embedding [1, d], `tokens` are the CLIP tokens [(b f), n, d], `frames` is the number of frames
    of a clip; `use_checkpointing` recomputes layers in the backward pass instead of keeping their activations.
    """

    time: Tensor
    tokens: Tensor
    frames: int
    use_checkpointing: bool


class Block(nn.Module):
    """The layers of one block, in lists that have their released names."""

    resnets: nn.ModuleList
    attentions: nn.ModuleList
    motion_modules: nn.ModuleList

    def layer(
        self,
        index: int,
        x: Tensor,
        conditioning: PassConditioning,
        appearance: Tensor | None = None,
        kv: KVExchange | None = None,
    ) -> Tensor:
        """Resnet, spatial transformer, appearance feature (added), motion module: in this order."""
        if conditioning.use_checkpointing and torch.is_grad_enabled():
            return checkpoint(self._layer, index, x, conditioning, appearance, kv, use_reentrant=False)
        return self._layer(index, x, conditioning, appearance, kv)

    def _layer(
        self, index: int, x: Tensor, conditioning: PassConditioning, appearance: Tensor | None, kv: KVExchange | None
    ) -> Tensor:
        x = self.resnets[index](x, conditioning.time)
        if self.attentions:
            x = self.attentions[index](x, conditioning.tokens, kv)
        if appearance is not None:
            x = x + appearance
        if self.motion_modules:
            x = self.motion_modules[index](x, conditioning.frames)
        return x


class DownBlock(Block):
    """Layers, the last of which adds the appearance feature, then a downsampler unless the block is the last."""

    def __init__(self, config: UNetConfig, level: int) -> None:
        super().__init__()
        width, layers = config.channels[level], config.layers_per_block
        inputs = [config.channels[max(level - 1, 0)]] + [width] * (layers - 1)
        self.resnets = nn.ModuleList(make_resnet(config, channels, width) for channels in inputs)
        self.attentions = make_transformers(config, level, layers if config.down_attention[level] else 0)
        self.motion_modules = make_motion_modules(
            config, level, layers if config.motion and config.motion.in_down else 0
        )
        is_last = level == len(config.channels) - 1
        self.downsamplers = nn.ModuleList([] if is_last else [Downsample(width)])

    def forward(self, x: Tensor, conditioning: PassConditioning, appearance: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The block's output, and its skip connections for the up blocks."""
        skips, last = [], len(self.resnets) - 1
        for index in range(len(self.resnets)):
            x = self.layer(index, x, conditioning, appearance if index == last else None)
            skips.append(x)
        for downsample in self.downsamplers:
            x = downsample(x)
            skips.append(x)
        return x, skips


class MidBlock(Block):
    """A layer (resnet, spatial transformer, motion module), then a second resnet."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        level = len(config.channels) - 1
        width = config.channels[level]
        self.resnets = nn.ModuleList(make_resnet(config, width, width) for _ in range(2))
        self.attentions = make_transformers(config, level, 1)
        self.motion_modules = nn.ModuleList()
        if config.motion and config.motion.in_mid:
            self.motion_modules.append(MotionModule(width, config.motion))

    def forward(self, x: Tensor, conditioning: PassConditioning) -> Tensor:
        """`x` [(b f), c, h, w]; the shape is kept."""
        return self.resnets[1](self.layer(0, x, conditioning), conditioning.time)


class UpBlock(Block):
    """Layers that take the skip connections, then an upsampler unless the block is the last."""

    def __init__(self, config: UNetConfig, index: int) -> None:
        super().__init__()
        widths = config.channels[::-1]
        layers, level = config.layers_per_block + 1, len(widths) - 1 - index
        width = widths[index]
        inputs = [widths[max(index - 1, 0)]] + [width] * (layers - 1)
        skips = [width] * (layers - 1) + [widths[min(index + 1, len(widths) - 1)]]
        self.resnets = nn.ModuleList(make_resnet(config, a + b, width) for a, b in zip(inputs, skips, strict=True))
        self.attentions = make_transformers(config, level, layers if config.up_attention[index] else 0)
        self.motion_modules = make_motion_modules(config, level, layers)
        self.upsamplers = nn.ModuleList([Upsample(width)] if level > 0 else [])

    def forward(
        self, x: Tensor, conditioning: PassConditioning, skips: Sequence[Tensor], kv: KVExchange | None = None
    ) -> Tensor:
        """`skips` has one tensor per layer, in the order in which the down blocks made them."""
        for index, skip in enumerate(reversed(skips)):
            x = self.layer(index, torch.cat([x, skip], dim=1), conditioning, kv=kv)
        for upsample in self.upsamplers:
            x = upsample(x)
        return x


def make_resnet(config: UNetConfig, in_channels: int, out_channels: int) -> ResnetBlock:
    """A resnet; the time embedding is four times as wide as the finest level."""
    return ResnetBlock(in_channels, out_channels, 4 * config.channels[0], config.groups, config.norm_eps)


def make_transformers(config: UNetConfig, level: int, count: int) -> nn.ModuleList:
    """`count` spatial transformers of one level."""
    width, heads = config.channels[level], config.heads[level]
    return nn.ModuleList(SpatialTransformer(width, config.token_channels, heads, config.groups) for _ in range(count))


def make_motion_modules(config: UNetConfig, level: int, count: int) -> nn.ModuleList:
    """`count` motion modules of one level, none where the configuration has none at its scale."""
    motion = config.motion
    if motion is None or 2**level not in motion.scales:
        return nn.ModuleList()
    return nn.ModuleList(MotionModule(config.channels[level], motion) for _ in range(count))
