"""Codecs between frames and the latents that the U-Net denoises."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import KLCodecConfig, LayerCodecConfig
from motionfollower.models.layers import fold_frames, unfold_frames


class Codec(Protocol):
    """Frames [b, 3, f, H, W] in [−1, 1] to latents [b, c, f, H / factor, W / factor], and back.

    `base` are the frames of the puppet, for a codec that codes a layer over them. Decoded frames may exceed [−1, 1].
    """

    @property
    def factor(self) -> int:
        """The height and width of a latent in pixels."""

    @property
    def latent_channels(self) -> int:
        """The number of channels of the latents."""

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """Frames to latents."""

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """Latents to frames."""

    def layer(self, latents: Tensor) -> tuple[Tensor, Tensor] | None:
        """The colours and opacity of the layer that the latents code, None where they code whole frames."""

    def use_tiles(self, *, is_on: bool) -> None:
        """Set whether images larger than a tile are coded tile by tile; no effect where the codec has no tiles."""

    def disable_tile_blending(self) -> None:
        """Leave the seams between tiles unblended, to trace a pass cheaply; no effect where there are no tiles."""


class KLCodec(nn.Module):
    """Stable Diffusion's autoencoder, applied to each frame; `vae` is diffusers' AutoencoderKL."""

    def __init__(self, config: KLCodecConfig) -> None:
        super().__init__()
        self.config = config
        self.vae = build_vae(config)

    @property
    def factor(self) -> int:
        """2 to the number of levels but the first: 8 in Stable Diffusion."""
        return int(2 ** (len(self.config.channels) - 1))

    @property
    def latent_channels(self) -> int:
        """4 in Stable Diffusion."""
        return self.config.latent_channels

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """The mode of the latents' distribution, scaled; `base` is ignored."""
        images = fold_frames(frames, len(frames))
        latents = torch.cat([self.vae.encode(image[None]).latent_dist.mode() for image in images])
        return unfold_frames(latents * self.config.scaling_factor, frames.shape[2])

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """The frames of scaled latents; `base` is ignored."""
        codes = fold_frames(latents, len(latents)) / self.config.scaling_factor
        images = torch.cat([self.vae.decode(code[None]).sample for code in codes])
        return unfold_frames(images, latents.shape[2])

    def layer(self, latents: Tensor) -> None:
        """Always None: the latents code whole frames."""

    def use_tiles(self, *, is_on: bool) -> None:
        """Set whether images larger than a tile are coded tile by tile, with blended seams, in less memory.

        The result differs slightly from the untiled one, since each tile is normalized by its own statistics.
        """
        switch = self.vae.enable_tiling if is_on else self.vae.disable_tiling
        switch()

    def disable_tile_blending(self) -> None:
        """Leave the seams between tiles unblended: the in-place blending is slow to trace, and takes no memory."""
        self.vae.blend_v = self.vae.blend_h = lambda before, tile, extent: tile


def build_vae(config: KLCodecConfig) -> Any:
    """Build diffusers' AutoencoderKL; diffusers is imported here, since it is slow to import."""
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
    """A codec without weights: latents are patches of an RGBA layer over the puppet, and a shift of the puppet.

    A patch holds the colours and the opacity of each of its pixels, and one shift. An opaque pixel hides the puppet,
    so that its colour does not depend on what it hides, as a difference would. Where the layer is transparent the
    puppet shows, each pixel read from `shift` patches away: limbs move into place with all of their detail, and a
    person whom the model has never seen keeps their appearance. Zero latents decode to the puppet to within 1/50.
    """

    def __init__(self, config: LayerCodecConfig) -> None:
        self.config = config

    @property
    def factor(self) -> int:
        """The side of a patch: a patch is one latent."""
        return self.config.patch

    @property
    def latent_channels(self) -> int:
        """RGBA for each pixel of a patch, and the patch's shift (right, down)."""
        return 4 * self.config.patch**2 + 2

    def encode(self, frames: Tensor, base: Tensor | None = None) -> Tensor:
        """The frames as an opaque layer without shift; `base` is ignored."""
        layer = torch.cat([frames, torch.ones_like(frames[:, :1])], dim=1)
        patches = F.pixel_unshuffle(fold_frames(layer, len(layer)), self.config.patch)
        return unfold_frames(F.pad(patches, (0, 0, 0, 0, 0, 2)), frames.shape[2])

    def decode(self, latents: Tensor, base: Tensor | None = None) -> Tensor:
        """The layer composited over the shifted `base`, or over mid-grey without one.

        `base` may have a higher resolution than the layer: the layer is enlarged, and the base keeps its detail.
        """
        colours, opacity = self.layer(latents)
        if base is None:
            return opacity * colours
        colours, opacity = (_resized(part, base.shape) for part in (colours, opacity))
        return torch.lerp(_shifted(base, latents[:, -2:].float()), colours, opacity)

    def layer(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """The layer's colours [b, 3, f, H, W] and its opacity [b, 1, f, H, W] in [0, 1]."""
        patches = fold_frames(latents[:, :-2].float(), len(latents))
        layer = unfold_frames(F.pixel_shuffle(patches, self.config.patch), latents.shape[2])
        return layer[:, :3], torch.sigmoid(self.config.slope * (layer[:, 3:] - self.config.half_opaque))

    def use_tiles(self, *, is_on: bool) -> None:
        """No effect: there are no tiles."""

    def disable_tile_blending(self) -> None:
        """No effect: there are no tiles."""


def _resized(video: Tensor, shape: torch.Size) -> Tensor:
    """A video [b, c, f, h, w] resized to the height and width of `shape`."""
    if video.shape[3:] == shape[3:]:
        return video
    return F.interpolate(video, size=(video.shape[2], *shape[3:]), mode="trilinear", align_corners=False)


def _shifted(base: Tensor, shift: Tensor) -> Tensor:
    """A video [b, c, f, H, W], each pixel read from `shift` [b, 2, f, h, w] patches to its right and down."""
    batch, frames = len(base), base.shape[2]
    images, patches = fold_frames(base.float(), batch), shift.new_tensor([shift.shape[4], shift.shape[3]])
    # grid_sample's coordinates run from −1 to 1, so an image is 2 wide and 2 high.
    offset = fold_frames(_resized(shift, base.shape), batch).permute(0, 2, 3, 1) * (2 / patches)
    identity = torch.eye(2, 3, device=base.device).expand(len(images), 2, 3)
    grid = F.affine_grid(identity, list(images.shape), align_corners=False) + offset
    return unfold_frames(F.grid_sample(images, grid, padding_mode="border", align_corners=False), frames)
