"""Motion modules: each pixel attends along time (AnimateDiff, arXiv 2307.04725)."""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor, nn

from motionfollower.models.config import MotionConfig
from motionfollower.models.layers import FeedForward, init_zero
from motionfollower.models.unet.attention import MultiHeadAttention

GROUPS = 32  # fixed in the released code, whatever the U-Net's own


class PositionalEncoding(nn.Module):
    """Adds the sinusoidal position of each frame; kept in the released checkpoints."""

    pe: Tensor

    def __init__(self, channels: int, max_frames: int) -> None:
        super().__init__()
        self.register_buffer("pe", frame_waves(channels, max_frames))

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, f, c] of f frames."""
        return x + self.pe[:, : x.shape[1]]


def frame_waves(channels: int, max_frames: int) -> Tensor:
    """Sines at even and cosines at odd channels, f32 [1, max_frames, channels]."""
    frequencies = torch.exp(-math.log(10000) / channels * torch.arange(0, channels, 2))
    angles = torch.arange(max_frames)[:, None] * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[None]


class TemporalAttention(MultiHeadAttention):
    """The frames of a pixel attend to each other, knowing their positions."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__(channels, channels, config.heads)
        self.pos_encoder = PositionalEncoding(channels, config.max_frames) if config.positions else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, f, c] of f frames."""
        x = self.pos_encoder(x)
        return self.look_up(x, self.to_k(x), self.to_v(x))


class TemporalBlock(nn.Module):
    """Temporal self-attentions and a feed-forward, each with its norm before it and its way around."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        self.attention_blocks = nn.ModuleList(TemporalAttention(channels, config) for _ in range(config.attentions))
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(config.attentions))
        self.ff = FeedForward(channels)
        self.ff_norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, f, c] of f frames."""
        for attention, norm in zip(self.attention_blocks, self.norms, strict=True):
            x = x + attention(norm(x))
        return x + self.ff(self.ff_norm(x))


class TemporalTransformer(nn.Module):
    """Temporal blocks over the frames of each pixel."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        width = channels // config.heads // config.width_divisor * config.heads
        self.norm = nn.GroupNorm(GROUPS, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, width)
        self.transformer_blocks = nn.ModuleList(TemporalBlock(width, config) for _ in range(config.depth))
        self.proj_out = nn.Linear(width, channels)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """`x` [(b f), c, h, w] of clips of `frames` frames."""
        height = x.shape[2]
        hidden = self.proj_in(rearrange(self.norm(x), "(b f) c h w -> (b h w) f c", f=frames))
        for block in self.transformer_blocks:
            hidden = block(hidden)
        hidden = self.proj_out(hidden)
        return x + rearrange(hidden, "(b h w) f c -> (b f) c h w", h=height, w=x.shape[3])


class MotionModule(nn.Module):
    """A temporal transformer under the name that the checkpoints give it; new ones change nothing."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        self.temporal_transformer = TemporalTransformer(channels, config)
        init_zero(self.temporal_transformer.proj_out)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """`x` [(b f), c, h, w] of clips of `frames` frames."""
        return self.temporal_transformer(x, frames)
