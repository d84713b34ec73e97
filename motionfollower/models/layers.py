"""The plain layers that the networks share: residual blocks, sampling by two, time embedding, feed-forward.

Pictures are `(b f) c h w`, each frame alone; tokens are `… n c`.
"""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


def fold(video: Tensor, batch: int) -> Tensor:
    """`b c f h w` → `(b f) c h w`, one clip repeated for the whole batch where there is but one."""
    return rearrange(video.expand(batch, *video.shape[1:]), "b c f h w -> (b f) c h w")


def unfold(pictures: Tensor, frames: int) -> Tensor:
    """`(b f) c h w` → `b c f h w`."""
    return rearrange(pictures, "(b f) c h w -> b c f h w", f=frames)


def init_zero(layer: nn.Linear | nn.Conv2d) -> None:
    """Let a layer start the training with nothing to say."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


class ResnetBlock(nn.Module):
    """Two convolutions with the time between them, and the way around them."""

    def __init__(self, in_channels: int, out_channels: int, time_channels: int, groups: int, eps: float) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_channels, out_channels)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]; `time` [1, d]."""
        hidden = self.conv1(F.silu(self.norm1(x)))
        hidden = hidden + self.time_emb_proj(F.silu(time))[:, :, None, None]
        hidden = self.conv2(F.silu(self.norm2(hidden)))
        return hidden + self.conv_shortcut(x)


class Downsample(nn.Module):
    """Half the size by a strided convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        return self.conv(x)


class Upsample(nn.Module):
    """Twice the size by repeating pixels, then a convolution: one transposed convolution, for 4/9 of the work."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        # Each pixel reaches 4 × 4 of the finer ones, by the sums of the weights that its four copies meet there.
        kernel = 4 * F.avg_pool2d(self.conv.weight.flip(2, 3), 2, stride=1, padding=1)
        return F.conv_transpose2d(x, kernel.transpose(0, 1), self.conv.bias, stride=2, padding=1)


class TimeEmbedding(nn.Module):
    """The timestep as sines and cosines, through two linear layers."""

    def __init__(self, channels: int, time_channels: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(channels, time_channels)
        self.linear_2 = nn.Linear(time_channels, time_channels)

    def forward(self, timestep: int) -> Tensor:
        """One embedding for the whole batch, [1, time_channels]."""
        waves = timestep_waves(timestep, self.linear_1.in_features).to(self.linear_1.weight)
        return self.linear_2(F.silu(self.linear_1(waves)))


def timestep_waves(timestep: int, channels: int) -> Tensor:
    """The sinusoidal embedding of a timestep, cosines first, f32 [1, channels]."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10000) / half * torch.arange(half, dtype=torch.float32))
    angles = timestep * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class GatedLinear(nn.Module):
    """A linear layer gated by the GELU of another (GEGLU, arXiv 2002.05202)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(in_channels, 2 * out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [..., c]."""
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """Each token alone through a gated layer four times as wide.

    In `chunks` one after another it needs less memory, and in passes under grad more time.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.chunks = 1
        # The middle holds the place of the released dropout, so that the last layer is number 2.
        self.net = nn.Sequential(GatedLinear(channels, 4 * channels), nn.Identity(), nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, ..., c], of which b is cut into chunks."""
        if self.chunks == 1:
            return self.net(x)
        return torch.cat([checkpoint(self.net, part, use_reentrant=False) for part in x.chunk(self.chunks)])
