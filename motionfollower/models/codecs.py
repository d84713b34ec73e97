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
    """Patches of pixels as channels, no weights: a layer over the puppet, and how far the puppet gives way below it.

    A patch holds three colours and the opacity of each of its pixels, and a shift. Where the layer is opaque it
    covers the puppet: of what is covered nothing must be known, as a difference from it would have to. Elsewhere the
    puppet is seen, each pixel read from `shift` patches away: so limbs find their place with all their detail, and
    a person whom the model has never seen keeps their looks. Zero latents are the puppet to within a fiftieth.
    """

    def __init__(self, config: LayerCodecConfig) -> None:
        self.config = config

    @property
    def factor(self) -> int:
        """A patch is one latent."""
        return self.config.patch

    @property
    def latent_channels(self) -> int:
        """Three colours and the opacity of each pixel of a patch, and the patch's shift to the right and down."""
        return 4 * self.config.patch**2 + 2

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """The frames as an opaque layer; `base` isn't looked at."""
        layer = torch.cat([frames, torch.ones_like(frames[:, :1])], dim=1)
        patches = F.pixel_unshuffle(fold(layer, len(layer)), self.config.patch)
        return unfold(F.pad(patches, (0, 0, 0, 0, 0, 2)), frames.shape[2])

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """The layer over `base`, over mid-grey where there is none.

        `base` may be finer than the layer: its detail stays.
        """
        colours, opacity = self.layer(latents)
        if base is None:
            return opacity * colours
        colours, opacity = (_resized(part, base.shape) for part in (colours, opacity))
        return torch.lerp(_shifted(base, latents[:, -2:].float()), colours, opacity)

    def layer(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """The layer's colours [b, 3, f, H, W] and its opacity [b, 1, f, H, W] in [0, 1]."""
        patches = fold(latents[:, :-2].float(), len(latents))
        layer = unfold(F.pixel_shuffle(patches, self.config.patch), latents.shape[2])
        return layer[:, :3], torch.sigmoid(self.config.slope * (layer[:, 3:] - self.config.half_opaque))


def _resized(video: Tensor, shape: torch.Size) -> Tensor:
    """A video [b, c, f, h, w] as high and wide as `shape` says."""
    if video.shape[3:] == shape[3:]:
        return video
    return F.interpolate(video, size=(video.shape[2], *shape[3:]), mode="trilinear", align_corners=False)


def _shifted(base: Tensor, shift: Tensor) -> Tensor:
    """A video [b, c, f, H, W], each pixel read `shift` [b, 2, f, h, w] of its h × w patches to the right and down."""
    count, frames = len(base), base.shape[2]
    pictures, patches = fold(base.float(), count), shift.new_tensor([shift.shape[4], shift.shape[3]])
    way = fold(_resized(shift, base.shape), count).permute(0, 2, 3, 1) * (2 / patches)  # the picture is 2 wide and high
    still = torch.eye(2, 3, device=base.device).expand(len(pictures), 2, 3)
    places = F.affine_grid(still, list(pictures.shape), align_corners=False) + way
    return unfold(F.grid_sample(pictures, places, padding_mode="border", align_corners=False), frames)
