"""Context windows: a long clip is evaluated in overlapping stretches whose outputs are blended."""

from __future__ import annotations

import torch
from torch import Tensor


def context_windows(frames: int, window: int, overlap: int, step: int) -> list[slice]:
    """Stretches of at most `window` frames that cover the clip, neighbours sharing `overlap` or more.

    On odd steps the stretches begin half a stride earlier, so that no frame is near an edge at every step.
    """
    if frames <= window:
        return [slice(0, frames)]
    stride = window - overlap
    first = -(stride // 2) if step % 2 else 0
    starts = sorted({min(max(start, 0), frames - window) for start in range(first, frames - overlap, stride)})
    return [slice(start, start + window) for start in starts]


def edge_weights(length: int, overlap: int) -> Tensor:
    """Blending weights of one window [length]: 1 in the middle, falling toward both edges over `overlap` frames."""
    from_edge = torch.arange(length).minimum(torch.arange(length).flip(0)) + 1.0
    return (from_edge / (overlap + 1)).clamp(max=1)


class WindowAccumulator:
    """Gathers what the windows say, tensors [1, c, f, h, w], and gives their weighted mean."""

    def __init__(self, like: Tensor, overlap: int) -> None:
        self._sum = torch.zeros_like(like)
        self._weight = torch.zeros(like.shape[2], device=like.device, dtype=like.dtype)
        self._overlap = overlap

    def add(self, frames: slice, value: Tensor) -> None:
        """Add what the window of these `frames` says."""
        weights = edge_weights(value.shape[2], self._overlap).to(value)
        self._sum[:, :, frames] += value * weights[:, None, None]
        self._weight[frames] += weights

    def mean(self) -> Tensor:
        """The blended tensor of the whole clip, once every frame was in some window."""
        return self._sum / self._weight[:, None, None]
