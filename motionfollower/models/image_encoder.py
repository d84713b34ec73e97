"""The CLIP image encoder: it embeds each source frame as one token for cross-attention."""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import ImageEncoderConfig
from motionfollower.models.layers import fold_frames

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


class ImageEncoder(nn.Module):
    """Frames to CLIP image embeddings; `clip` is transformers' CLIPVisionModelWithProjection."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.clip = build_clip(config)

    def forward(self, frames: Tensor) -> Tensor:
        """Frames [b, 3, f, H, W] in [−1, 1] to tokens [b, f, 1, d]; frames are squashed to the encoder's square."""
        pixels = resize_bicubic(fold_frames(frames, len(frames)).float(), self.config.image_size)
        return rearrange(self.embed(pixels), "(b f) d -> b f 1 d", b=len(frames))

    def embed(self, pixels: Tensor) -> Tensor:
        """Images [n, 3, s, s] in [−1, 1], s being the encoder's input size, to embeddings [n, d]."""
        if self.config.normalize:
            mean, std = (torch.tensor(x).to(pixels)[:, None, None] for x in (CLIP_MEAN, CLIP_STD))
            pixels = ((pixels + 1) / 2 - mean) / std
        return self.clip(pixel_values=pixels.to(self.clip.dtype)).image_embeds


def build_clip(config: ImageEncoderConfig) -> Any:
    """Build transformers' CLIP vision tower; transformers is imported here, since it is slow to import."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    clip = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            projection_dim=config.projection_dim,
            num_hidden_layers=config.num_hidden_layers,
            num_attention_heads=config.num_attention_heads,
            image_size=config.image_size,
            patch_size=config.patch_size,
            hidden_act=config.hidden_act,
        )
    )
    # No checkpoint holds the position ids, so they must be real even in a model that is built on the meta device.
    embeddings = clip.vision_model.embeddings
    embeddings.position_ids = torch.arange(embeddings.num_positions, device="cpu")[None]
    return clip


def resize_bicubic(images: Tensor, size: int) -> Tensor:
    """Squash images [n, 3, H, W] in [−1, 1] to a square of side `size`, as Pillow resizes uint8 images.

    As Pillow does, it resizes one axis after the other and rounds to whole grey levels after each: the released
    preprocessing uses Pillow.
    """
    levels = (images + 1) * 127.5
    for shape in ((images.shape[2], size), (size, size)):
        levels = F.interpolate(levels, size=shape, mode="bicubic", antialias=True).clamp(0, 255).round()
    return levels / 127.5 - 1
