"""Camera mode: the editing branch's self-attention also attends to the reconstruction branch's keys and values.

The reconstruction pass of a step records them (K_rec, V_rec), and the editing pass of the same step attends to
[K · T, K_rec · (1 − S)] and [V · T, V_rec · (1 − S)], where S and T are the source and the target mask. Masked tokens
are set to zero, not removed, so that they still take part in the softmax (as released).
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KeyValue = tuple[Tensor, Tensor]  # each [(b f), tokens, channels]
Grid = tuple[int, int]  # height and width of a layer's tokens


class KVExchange(Protocol):
    """Replaces the keys and values of a self-attention layer before it attends."""

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """The keys and values that `layer` attends to, given its `own` on a `grid` of tokens."""


class KVRecorder:
    """Records the keys and values of every layer of a pass, without changing the pass."""

    def __init__(self) -> None:
        self.layers: dict[nn.Module, KeyValue] = {}

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """Record `own` and return it."""
        self.layers[layer] = own
        return own


class KVInjector:
    """Injects the keys and values of a recorded pass of one clip into a pass of a batch of edits of that clip.

    `source_masks` and `target_masks` are f32 [f, 1, H, W] in {0, 1}, at any resolution.
    """

    def __init__(self, recorded: KVRecorder, source_masks: Tensor, target_masks: Tensor) -> None:
        self.recorded = recorded
        self.source_masks = source_masks
        self.target_masks = target_masks

    def exchange(self, layer: nn.Module, own: KeyValue, grid: Grid) -> KeyValue:
        """`own`, zero outside the target mask, then the recorded ones, zero inside the source mask."""
        inside = mask_tokens(self.target_masks, grid)
        outside = 1 - mask_tokens(self.source_masks, grid)
        key, value = (
            torch.cat([_scale(edit, inside), _scale(_repeat(recorded, len(edit)), outside)], dim=1)
            for edit, recorded in zip(own, self.recorded.layers[layer], strict=True)
        )
        return key, value


def mask_tokens(masks: Tensor, grid: Grid) -> Tensor:
    """Masks [f, 1, H, W], nearest-resized to a grid of tokens, as [f, tokens, 1]."""
    return F.interpolate(masks, size=grid, mode="nearest").flatten(2).transpose(1, 2)


def _scale(tokens: Tensor, masks: Tensor) -> Tensor:
    return tokens * _repeat(masks, len(tokens)).to(tokens)


def _repeat(clip: Tensor, count: int) -> Tensor:
    return clip.repeat(count // len(clip), 1, 1)
