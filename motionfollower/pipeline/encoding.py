"""Encode model inputs into the sampler's conditioning, and decode its latents into images."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.models.model import Networks
from motionfollower.pipeline.model_inputs import ModelInputs
from motionfollower.sampling.conditioning import Conditioning
from preprocess.types import Floats, Frames

BATCH = 16
"""Frames that pass through a network at once: enough to use it well, few enough for clips of any length."""


class LatentEncoder:
    """Feeds model inputs to the networks and decodes latents; images are padded to the size that the networks take."""

    def __init__(self, networks: Networks, model_inputs: ModelInputs, device: torch.device) -> None:
        self._networks = networks
        self._inputs = model_inputs
        self._device = device
        self._dtype = next(networks.unet.parameters()).dtype

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the model inputs."""
        height, width = self._inputs.source.shape[1:3]
        return width, height

    @property
    def latent_size(self) -> tuple[int, int]:
        """(height, width) of the latents."""
        height, width = (_round_up(side, self._multiple) for side in self._inputs.source.shape[1:3])
        return height // self._networks.codec.factor, width // self._networks.codec.factor

    @torch.no_grad()
    def conditioning(self) -> Conditioning:
        """The conditioning of both branches, each part computed once."""
        networks, inputs = self._networks, self._inputs
        appearance = [networks.unet.encode_appearance(frames) for frames in self._appearance()]
        return Conditioning(
            image_embeds=_concatenate(networks.image_encoder, self._images(inputs.source), dim=1).to(self._dtype),
            source_pose=_concatenate(networks.pose_controller, self._poses(inputs.source_pose), dim=2),
            target_pose=_concatenate(networks.pose_controller, self._poses(inputs.target_pose), dim=2),
            appearance=tuple(torch.cat(level, dim=2) for level in zip(*appearance, strict=True)),
            source_mask=self._mask(inputs.source_mask),
            target_mask=self._mask(inputs.target_mask),
        )

    def decode(self, latents: Tensor) -> Floats:
        """Latents [1, c, f, h, w] to images f32 [F, H, W, 3], each as `decode_frame` gives it."""
        return np.stack([self.decode_frame(latents, index) for index in range(latents.shape[2])])

    @torch.no_grad()
    def decode_frame(self, latents: Tensor, index: int) -> Floats:
        """One frame of latents [1, c, f, h, w] as an image f32 [H, W, 3], in grey levels 0 to 255.

        It has the size of the model inputs, or of their `detail` where they have it.
        """
        puppet = self._inputs.puppet if self._inputs.detail is None else self._inputs.detail
        height, width = (self._inputs.source if puppet is None else puppet).shape[1:3]
        base = None if puppet is None else next(self._images(puppet[index : index + 1], width // self.size[0]))
        image = self._networks.codec.decode(latents[:, :, index : index + 1].to(self._dtype), base)
        levels = (image[0, :, 0, :height, :width].float().clamp(-1, 1) + 1) * 127.5
        return np.asarray(levels.permute(1, 2, 0).cpu().numpy())

    @property
    def _multiple(self) -> int:
        return self._networks.codec.factor * self._networks.unet.multiple

    def _images(self, frames: Frames, factor: int = 1) -> Iterator[Tensor]:
        """Batches [1, 3, f, H, W] in [−1, 1] of frames with `factor` times the resolution of the inputs, padded."""
        return (batch * 2 - 1 for batch in self._poses(frames, factor))

    def _poses(self, frames: Frames, factor: int = 1) -> Iterator[Tensor]:
        """The same in [0, 1]."""
        for start in range(0, len(frames), BATCH):
            batch = torch.from_numpy(frames[start : start + BATCH]).permute(3, 0, 1, 2)[None]
            yield _padded(batch.to(self._device) / 255, factor * self._multiple).to(self._dtype)

    def _appearance(self) -> Iterator[Tensor]:
        """The source frames, concatenated with the puppet where the appearance controller takes one."""
        if self._inputs.puppet is None:
            yield from self._images(self._inputs.source)
            return
        pairs = zip(self._images(self._inputs.source), self._images(self._inputs.puppet), strict=True)
        yield from (torch.cat(pair, dim=1) for pair in pairs)

    def _mask(self, masks: np.ndarray) -> Tensor:
        mask = torch.from_numpy(masks)[None, None].to(self._device, torch.float32)
        return _padded(mask, self._multiple)[0, 0]


def _padded(video: Tensor, multiple: int) -> Tensor:
    """A video [b, c, f, H, W] with its right and lower edge replicated until its sides are multiples."""
    height, width = video.shape[-2:]
    padding = (0, _round_up(width, multiple) - width, 0, _round_up(height, multiple) - height, 0, 0)
    return F.pad(video, padding, mode="replicate") if any(padding) else video


def _concatenate(network: Callable[[Tensor], Tensor], batches: Iterator[Tensor], dim: int) -> Tensor:
    return torch.cat([network(batch) for batch in batches], dim=dim)


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
