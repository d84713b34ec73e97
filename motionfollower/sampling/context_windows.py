"""Context windows: a long clip is evaluated in overlapping windows of frames, whose outputs are blended."""

from __future__ import annotations

import torch
from torch import Tensor


def context_windows(frames: int, window: int, overlap: int, step: int) -> list[slice]:
    """Windows of at most `window` frames that cover the clip; neighbours share at least `overlap` frames.

    On odd steps the windows start half a stride earlier, so that no frame is near an edge at every step.
    """
    if frames <= window:
        return [slice(0, frames)]
    stride = window - overlap
    first = -(stride // 2) if step % 2 else 0
    starts = sorted({min(max(start, 0), frames - window) for start in range(first, frames - overlap, stride)})
    return [slice(start, start + window) for start in starts]


def edge_weights(length: int, overlap: int) -> Tensor:
    """Blend weights of one window [length]: 1 in the middle, falling towards both edges over `overlap` frames."""
    from_edge = torch.arange(length).minimum(torch.arange(length).flip(0)) + 1.0
    return (from_edge / (overlap + 1)).clamp(max=1)


class WindowAccumulator:
    """Accumulates the outputs of windows, [1, c, f, h, w], and returns their weighted mean."""

    def __init__(self, like: Tensor, overlap: int) -> None:
        self._sum = torch.zeros_like(like)
        self._weight = torch.zeros(like.shape[2], device=like.device, dtype=like.dtype)
        self._overlap = overlap

    def add(self, frames: slice, value: Tensor) -> None:
        """Add the output of the window of these `frames`."""
        weights = edge_weights(value.shape[2], self._overlap).to(value)
        self._sum[:, :, frames] += value * weights[:, None, None]
        self._weight[frames] += weights

    def mean(self) -> Tensor:
        """The blended tensor of the whole clip; every frame must be in some window that was added."""
        return self._sum / self._weight[:, None, None]
