"""From a view of the clips to the sampler's conditions, and from its latents back to pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.models.model import Networks
from motionfollower.pipeline.crop import ModelInputs
from motionfollower.sampling.conditioning import Conditioning
from preprocess.types import Floats, Frames

CHUNK = 16
"""Frames that go through a network at once: enough to keep it busy, few enough for any clip's length."""


class LatentEncoder:
    """Feeds a view to the networks and reads their latents; pictures are padded to the size that they take."""

    def __init__(self, networks: Networks, view: ModelInputs, device: torch.device) -> None:
        self._networks = networks
        self._view = view
        self._device = device
        self._dtype = next(networks.unet.parameters()).dtype

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the view."""
        height, width = self._view.source.shape[1:3]
        return width, height

    @property
    def latent_size(self) -> tuple[int, int]:
        """(height, width) of the latents."""
        height, width = (_round_up(side, self._multiple) for side in self._view.source.shape[1:3])
        return height // self._networks.codec.factor, width // self._networks.codec.factor

    @torch.no_grad()
    def conditioning(self) -> Conditioning:
        """Everything that both branches are told, each part computed once."""
        networks, view = self._networks, self._view
        appearance = [networks.unet.encode_appearance(frames) for frames in self._appearance()]
        return Conditioning(
            image_embeds=_concatenate(networks.image_encoder, self._pictures(view.source), dim=1).to(self._dtype),
            source_pose=_concatenate(networks.pose_controller, self._poses(view.source_pose), dim=2),
            target_pose=_concatenate(networks.pose_controller, self._poses(view.target_pose), dim=2),
            appearance=tuple(torch.cat(level, dim=2) for level in zip(*appearance, strict=True)),
            source_mask=self._mask(view.source_mask),
            target_mask=self._mask(view.target_mask),
        )

    def decode(self, latents: Tensor) -> Floats:
        """Latents [1, c, f, h, w] to pictures f32 [F, H, W, 3], as `decode_frame` does each."""
        return np.stack([self.decode_frame(latents, index) for index in range(latents.shape[2])])

    @torch.no_grad()
    def decode_frame(self, latents: Tensor, index: int) -> Floats:
        """One frame of latents [1, c, f, h, w] as a picture f32 [H, W, 3], in grey levels 0 to 255.

        It has the view's size, and that of its `detail` where it has one.
        """
        known = self._view.puppet if self._view.detail is None else self._view.detail
        height, width = (self._view.source if known is None else known).shape[1:3]
        base = None if known is None else next(self._pictures(known[index : index + 1], width // self.size[0]))
        picture = self._networks.codec.decode(latents[:, :, index : index + 1].to(self._dtype), base)
        levels = (picture[0, :, 0, :height, :width].float().clamp(-1, 1) + 1) * 127.5
        return np.asarray(levels.permute(1, 2, 0).cpu().numpy())

    @property
    def _multiple(self) -> int:
        return self._networks.codec.factor * self._networks.unet.multiple

    def _pictures(self, frames: Frames, times: int = 1) -> Iterator[Tensor]:
        """Chunks [1, 3, f, H, W] in [−1, 1] of frames so many times as fine as the view, padded as that is."""
        return (pictures * 2 - 1 for pictures in self._poses(frames, times))

    def _poses(self, frames: Frames, times: int = 1) -> Iterator[Tensor]:
        """The same in [0, 1]."""
        for start in range(0, len(frames), CHUNK):
            chunk = torch.from_numpy(frames[start : start + CHUNK]).permute(3, 0, 1, 2)[None]
            yield _padded(chunk.to(self._device) / 255, times * self._multiple).to(self._dtype)

    def _appearance(self) -> Iterator[Tensor]:
        """The source frames, with the puppet behind them where the appearance controller looks at it."""
        if self._view.puppet is None:
            yield from self._pictures(self._view.source)
            return
        pairs = zip(self._pictures(self._view.source), self._pictures(self._view.puppet), strict=True)
        yield from (torch.cat(pair, dim=1) for pair in pairs)

    def _mask(self, masks: np.ndarray) -> Tensor:
        mask = torch.from_numpy(masks)[None, None].to(self._device, torch.float32)
        return _padded(mask, self._multiple)[0, 0]


def _padded(video: Tensor, multiple: int) -> Tensor:
    """A video [b, c, f, H, W] with its right and lower edge repeated until its sides are multiples."""
    height, width = video.shape[-2:]
    padding = (0, _round_up(width, multiple) - width, 0, _round_up(height, multiple) - height, 0, 0)
    return F.pad(video, padding, mode="replicate") if any(padding) else video


def _concatenate(network: Callable[[Tensor], Tensor], chunks: Iterator[Tensor], dim: int) -> Tensor:
    return torch.cat([network(chunk) for chunk in chunks], dim=dim)


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
