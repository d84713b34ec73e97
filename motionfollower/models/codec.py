"""Codecs between frames and the latents that the U-Net denoises."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import KLCodecConfig, LayerCodecConfig
from motionfollower.models.layers import fold, unfold


class Codec(Protocol):
    """Frames [b, 3, f, H, W] in [−1, 1] to latents [b, c, f, H / factor, W / factor], and back.

    `base` are frames that both sides know, for a codec that lays its own over them.
    Decoded frames may overshoot [−1, 1].
    """

    @property
    def factor(self) -> int:
        """How many pixels a latent is high and wide."""

    @property
    def latent_channels(self) -> int:
        """The numbers in a latent."""

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """Frames to latents."""

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """Latents to frames."""


class KLCodec(nn.Module):
    """Stable Diffusion's autoencoder, a frame at a time; `vae` is diffusers' AutoencoderKL."""

    def __init__(self, config: KLCodecConfig) -> None:
        super().__init__()
        self.config = config
        self.vae = build_vae(config)

    @property
    def factor(self) -> int:
        """One halving a level but the first."""
        return int(2 ** (len(self.config.channels) - 1))

    @property
    def latent_channels(self) -> int:
        """Four in Stable Diffusion."""
        return self.config.latent_channels

    def use_tiles(self, *, is_on: bool) -> None:
        """Whether pictures larger than a tile go through tile by tile, with blended seams: in less memory.

        The result is nearly the same; not quite, as each tile is normalized by itself.
        """
        switch = self.vae.enable_tiling if is_on else self.vae.disable_tiling
        switch()

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """The most likely latents of the frames; `base` isn't looked at."""
        pictures = fold(frames, len(frames))
        latents = torch.cat([self.vae.encode(picture[None]).latent_dist.mode() for picture in pictures])
        return unfold(latents * self.config.scaling_factor, frames.shape[2])

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """The frames of the latents; `base` isn't looked at."""
        codes = fold(latents, len(latents)) / self.config.scaling_factor
        pictures = torch.cat([self.vae.decode(code[None]).sample for code in codes])
        return unfold(pictures, latents.shape[2])


def build_vae(config: KLCodecConfig) -> Any:
    """The autoencoder of diffusers."""
    from diffusers import AutoencoderKL

    levels = len(config.channels)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=config.channels,
        layers_per_block=config.layers_per_block,
        latent_channels=config.latent_channels,
        norm_num_groups=config.groups,
        scaling_factor=config.scaling_factor,
        sample_size=config.tile,
    )


class LayerCodec:
    """Patches of pixels with their opacity as channels, no weights: a layer that covers the puppet where it is opaque.

    Zero latents are the puppet to within a fiftieth. To cover it, nothing must be known of what is covered: a
    difference from it would have to know every pixel.
    """

    def __init__(self, config: LayerCodecConfig) -> None:
        self.config = config

    @property
    def factor(self) -> int:
        """A patch is one latent."""
        return self.config.patch

    @property
    def latent_channels(self) -> int:
        """Three colours and the opacity of each pixel of a patch."""
        return 4 * self.config.patch**2

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """The frames as an opaque layer; `base` isn't looked at."""
        layer = torch.cat([frames, torch.ones_like(frames[:, :1])], dim=1)
        return unfold(F.pixel_unshuffle(fold(layer, len(layer)), self.config.patch), frames.shape[2])

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """The layer over `base`, over mid-grey where there is none."""
        colours, opacity = self.layer(latents)
        return opacity * colours if base is None else base + opacity * (colours - base)

    def layer(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """The layer's colours [b, 3, f, H, W] and its opacity [b, 1, f, H, W] in [0, 1]."""
        layer = unfold(F.pixel_shuffle(fold(latents, len(latents)), self.config.patch), latents.shape[2])
        return layer[:, :3], torch.sigmoid(self.config.slope * (layer[:, 3:] - self.config.half_opaque))
