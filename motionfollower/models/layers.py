"""The layers that the networks share: residual block, down- and upsampling, time embedding, feed-forward.

2-D layers take frames folded into the batch, [(b f), c, h, w]; transformers take tokens, [..., n, c].
"""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


def fold_frames(video: Tensor, batch: int) -> Tensor:
    """Fold frames into the batch: `b c f h w` → `(b f) c h w`; a single clip is repeated for the whole batch."""
    return rearrange(video.expand(batch, *video.shape[1:]), "b c f h w -> (b f) c h w")


def unfold_frames(images: Tensor, frames: int) -> Tensor:
    """Take the frames out of the batch: `(b f) c h w` → `b c f h w`."""
    return rearrange(images, "(b f) c h w -> b c f h w", f=frames)


def zero_init(layer: nn.Linear | nn.Conv2d) -> None:
    """Set a layer's weights and bias to zero, so that its branch adds nothing when training starts."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


class ResnetBlock(nn.Module):
    """Residual block: two convolutions, the time embedding added between them, and a shortcut."""

    def __init__(self, in_channels: int, out_channels: int, time_channels: int, groups: int, eps: float) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_channels, out_channels)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]; `time` is the time embedding [1, d]."""
        hidden = self.conv1(F.silu(self.norm1(x)))
        hidden = hidden + self.time_emb_proj(F.silu(time))[:, :, None, None]
        hidden = self.conv2(F.silu(self.norm2(hidden)))
        return hidden + self.conv_shortcut(x)


class Downsample(nn.Module):
    """Halve the resolution by a strided convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        return self.conv(x)


class Upsample(nn.Module):
    """Double the resolution: nearest-neighbour upsampling and a 3 × 3 convolution.

    Both are computed as one transposed convolution, for 4/9 of the multiplications.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        # Each pixel reaches 4 × 4 output pixels, each with the sum of the weights that its four copies meet there.
        kernel = 4 * F.avg_pool2d(self.conv.weight.flip(2, 3), 2, stride=1, padding=1)
        return F.conv_transpose2d(x, kernel.transpose(0, 1), self.conv.bias, stride=2, padding=1)


class TimeEmbedding(nn.Module):
    """The sinusoidal embedding of a timestep, then an MLP of two linear layers."""

    def __init__(self, channels: int, time_channels: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(channels, time_channels)
        self.linear_2 = nn.Linear(time_channels, time_channels)

    def forward(self, timestep: int) -> Tensor:
        """One time embedding for the whole batch, [1, time_channels]."""
        embedding = timestep_embedding(timestep, self.linear_1.in_features).to(self.linear_1.weight)
        return self.linear_2(F.silu(self.linear_1(embedding)))


def timestep_embedding(timestep: int, channels: int) -> Tensor:
    """The sinusoidal embedding of a timestep, cosines first, f32 [1, channels]."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10000) / half * torch.arange(half, dtype=torch.float32))
    angles = timestep * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class GEGLU(nn.Module):
    """A linear layer gated by the GELU of another (Shazeer 2020, arXiv 2002.05202)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(in_channels, 2 * out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """`x` [..., c]."""
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """A transformer's feed-forward layer: GEGLU to four times the width, and back.

    With `chunks` > 1 the tokens are processed in this many parts, one after another. This needs less memory, and more
    time under grad, where each part is checkpointed.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.chunks = 1
        # The identity replaces the released dropout, so that the last layer keeps its key, net.2.
        self.net = nn.Sequential(GEGLU(channels, 4 * channels), nn.Identity(), nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """`x` [b, ..., c]; chunks are cut along b."""
        if self.chunks == 1:
            return self.net(x)
        return torch.cat([checkpoint(self.net, part, use_reentrant=False) for part in x.chunk(self.chunks)])
