"""Camera mode: the editing branch's self-attention also sees the reconstruction branch's keys and values.

The reconstruction pass records them and the editing pass of the same step attends to them: its own where the
target person will be, the reconstruction's where the source person isn't. Rows outside are set to zero, not
left out, so they keep their share of the softmax (as released).
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KeyValue = tuple[Tensor, Tensor]  # each [(b f), tokens, channels]
Grid = tuple[int, int]  # height and width of a layer's tokens


class KVExchange(Protocol):
    """What a self-attention layer does with its keys and values before it attends."""

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """The keys and values that `layer` attends to, given its own on a `grid` of tokens."""


class KVRecorder:
    """Keeps every layer's keys and values, and leaves the pass as it is."""

    def __init__(self) -> None:
        self.layers: dict[nn.Module, KeyValue] = {}

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """Record `own` and attend to it alone."""
        self.layers[layer] = own
        return own


class KVReference:
    """Joins a recorded pass of one clip to the pass of a batch of edits of the same clip.

    `source_masks` and `target_masks` are f32 [f, 1, H, W] in {0, 1}, at any size.
    """

    def __init__(self, recorded: KVRecorder, source_masks: Tensor, target_masks: Tensor) -> None:
        self.recorded = recorded
        self.source_masks = source_masks
        self.target_masks = target_masks

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """`own` inside the target person, followed by what was recorded outside the source person."""
        inside = mask_tokens(self.target_masks, grid)
        outside = 1 - mask_tokens(self.source_masks, grid)
        key, value = (
            torch.cat([_scale(mine, inside), _scale(_repeat(theirs, len(mine)), outside)], dim=1)
            for mine, theirs in zip(own, self.recorded.layers[layer], strict=True)
        )
        return key, value


def mask_tokens(masks: Tensor, grid: Grid) -> Tensor:
    """Masks [f, 1, H, W], nearest-resized to a grid of tokens, as [f, tokens, 1]."""
    return F.interpolate(masks, size=grid, mode="nearest").flatten(2).transpose(1, 2)


def _scale(tokens: Tensor, masks: Tensor) -> Tensor:
    return tokens * _repeat(masks, len(tokens)).to(tokens)


def _repeat(clip: Tensor, count: int) -> Tensor:
    return clip.repeat(count // len(clip), 1, 1)
