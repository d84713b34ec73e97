"""Multi-head attention, and the spatial transformer over the pixels of each frame."""

from __future__ import annotations

from functools import cache
from typing import Any

from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.layers import FeedForward
from motionfollower.models.unet.kv_injection import Grid, KVExchange


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Softmax attention of [b, tokens, heads, channels], by xformers on CUDA where it is installed, else by SDPA."""
    xformers = _xformers_attention() if query.is_cuda else None
    if xformers is not None:
        return xformers(query, key, value)
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))
    return F.scaled_dot_product_attention(query, key, value).transpose(1, 2)


@cache
def _xformers_attention() -> Any:
    """xformers' memory-efficient attention, None where it isn't installed or can't load its kernels."""
    try:
        from xformers import _cpp_lib
        from xformers.ops import memory_efficient_attention
    except ImportError:
        return None
    return None if _cpp_lib._cpp_library_load_exception else memory_efficient_attention


class MultiHeadAttention(nn.Module):
    """The projections of multi-head attention; subclasses choose the keys and values."""

    def __init__(self, channels: int, context_channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context_channels, channels, bias=False)
        self.to_v = nn.Linear(context_channels, channels, bias=False)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def attend_to(self, x: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attend from the tokens `x` [b, n, c] to projected keys and values [b, m, c]."""
        query, key, value = (rearrange(t, "b n (h c) -> b n h c", h=self.heads) for t in (self.to_q(x), key, value))
        return self.to_out(rearrange(attend(query, key, value), "b n h c -> b n (h c)"))


class SelfAttention(MultiHeadAttention):
    """The tokens of a frame attend to each other, and in camera mode to those of the reconstruction pass."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__(channels, channels, heads)

    def forward(self, x: Tensor, grid: Grid, kv: KVExchange | None) -> Tensor:
        """`x` [b, h·w, c] on a grid of h × w; `kv` may replace the keys and values."""
        own = self.to_k(x), self.to_v(x)
        key, value = kv.exchange(self, own, grid) if kv is not None else own
        return self.attend_to(x, key, value)


class CrossAttention(MultiHeadAttention):
    """The tokens of a frame attend to its image tokens."""

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """`x` [b, n, c] attends to `tokens` [b, m, d].

        The softmax over a single token is 1, so its value is the result for all of `x`, [b, 1, c].
        """
        if tokens.shape[1] == 1:
            return self.to_out(self.to_v(tokens))
        return self.attend_to(x, self.to_k(tokens), self.to_v(tokens))


class TransformerBlock(nn.Module):
    """Self-attention, cross-attention to the image tokens, feed-forward, each with its residual."""

    def __init__(self, channels: int, token_channels: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = SelfAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = CrossAttention(channels, token_channels, heads)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = FeedForward(channels)

    def forward(self, x: Tensor, tokens: Tensor, grid: Grid, kv: KVExchange | None) -> Tensor:
        """`x` [b, h·w, c] on a grid of h × w; `tokens` [b, m, d]."""
        x = x + self.attn1(self.norm1(x), grid, kv)
        x = x + self.attn2(self.norm2(x), tokens)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    """A transformer block over the pixels of each frame, with its residual."""

    def __init__(self, channels: int, token_channels: int, heads: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, token_channels, heads)])
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, tokens: Tensor, kv: KVExchange | None) -> Tensor:
        """`x` [(b f), c, h, w] attends to itself and to `tokens` [(b f), n, d]."""
        height, width = x.shape[2:]
        hidden = rearrange(self.proj_in(self.norm(x)), "b c h w -> b (h w) c")
        for block in self.transformer_blocks:
            hidden = block(hidden, tokens, (height, width), kv)
        return x + self.proj_out(rearrange(hidden, "b (h w) c -> b c h w", h=height))
