"""Motion modules: temporal self-attention at each pixel (AnimateDiff, arXiv 2307.04725)."""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor, nn

from motionfollower.models.config import MotionConfig
from motionfollower.models.layers import FeedForward, zero_init
from motionfollower.models.unet.attention import MultiHeadAttention

GROUPS = 32  # fixed in the released code, independent of the U-Net's own groups


class PositionalEncoding(nn.Module):
    """Adds the sinusoidal encoding of each frame's position, a buffer that the released checkpoints contain."""

    pe: Tensor

    def __init__(self, channels: int, max_frames: int) -> None:
        super().__init__()
        self.register_buffer("pe", sinusoidal_positions(channels, max_frames))

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, f, c] of f frames."""
        return x + self.pe[:, : x.shape[1]]


def sinusoidal_positions(channels: int, max_frames: int) -> Tensor:
    """Sinusoidal positions, sines at even and cosines at odd channels, f32 [1, max_frames, channels]."""
    frequencies = torch.exp(-math.log(10000) / channels * torch.arange(0, channels, 2))
    angles = torch.arange(max_frames)[:, None] * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[None]


class TemporalAttention(MultiHeadAttention):
    """Self-attention along time: the frames at a pixel attend to each other."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__(channels, channels, config.heads)
        self.pos_encoder = PositionalEncoding(channels, config.max_frames) if config.positions else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, f, c] of f frames."""
        x = self.pos_encoder(x)
        return self.attend_to(x, self.to_k(x), self.to_v(x))


class TemporalBlock(nn.Module):
    """Temporal self-attentions and a feed-forward, each with a norm before it and a residual."""

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
    """Temporal blocks over the frames at each pixel, with a residual around them all."""

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
    """A temporal transformer, whose output starts at zero: a new motion module changes nothing."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        self.temporal_transformer = TemporalTransformer(channels, config)
        zero_init(self.temporal_transformer.proj_out)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """`x` [(b f), c, h, w] of clips of `frames` frames."""
        return self.temporal_transformer(x, frames)
