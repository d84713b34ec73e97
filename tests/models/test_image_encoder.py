"""The image encoder: one token per frame, images resized as Pillow resizes them."""

import numpy as np
import pytest
import torch
from PIL import Image

from motionfollower.models.config import ImageEncoderConfig
from motionfollower.models.image_encoder import ImageEncoder, resize_bicubic

CONFIG = ImageEncoderConfig(32, 64, 16, 2, 4, image_size=64, patch_size=16)


@torch.no_grad()
def test_every_frame_has_its_own_token():
    torch.manual_seed(0)
    encoder = ImageEncoder(CONFIG).eval()
    frames = torch.rand(1, 3, 2, 40, 56) * 2 - 1
    tokens = encoder(frames)
    assert tokens.shape == (1, 2, 1, 16)
    torch.testing.assert_close(encoder(frames[:, :, 1:]), tokens[:, 1:])
    assert (tokens[:, 0] - tokens[:, 1]).abs().max() > 1e-4


@pytest.mark.parametrize("shape", [(40, 56), (300, 200), (64, 64)])
def test_images_are_resized_as_by_pillow(shape: tuple[int, int]):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(image).resize((64, 64), Image.Resampling.BICUBIC)).astype(np.float32)
    ours = resize_bicubic(torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1, 64)
    difference = np.abs((ours[0].permute(1, 2, 0).numpy() + 1) * 127.5 - expected)
    assert difference.max() <= 2
    assert difference.mean() < 0.01
