"""Segment Anything in a tiny configuration, untrained, and a deterministic fake predictor."""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

from preprocess.types import Bools, Floats, Frame

SIZE, PATCH, WIDTH = 64, 16, 16


def tiny_sam() -> Sam:
    """Seed 0; images are encoded at 64 × 64."""
    torch.manual_seed(0)
    grid = SIZE // PATCH
    return Sam(
        image_encoder=ImageEncoderViT(
            img_size=SIZE,
            patch_size=PATCH,
            embed_dim=WIDTH,
            depth=1,
            num_heads=2,
            out_chans=WIDTH,
            use_rel_pos=True,
            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        ),
        prompt_encoder=PromptEncoder(WIDTH, (grid, grid), (SIZE, SIZE), mask_in_chans=4),
        mask_decoder=MaskDecoder(transformer_dim=WIDTH, transformer=TwoWayTransformer(1, WIDTH, 2, 32)),
    ).eval()


class BrightPredictor:
    """Predicts the bright pixels as the person, and wrong masks with lower and higher quality.

    `faults` are the calls, counted from 0, for which the right mask is replaced by the inverted one.
    """

    def __init__(self, *faults: int) -> None:
        self.calls = 0
        self._faults = faults
        self._image: Frame = np.zeros((1, 1, 3), np.uint8)

    def set_image(self, image: Frame) -> None:
        self._image = image

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        bright = self._image[..., 0] > 128
        masks = np.stack([bright, ~bright, np.zeros_like(bright)])
        if self.calls in self._faults:
            masks[0] = ~bright
        self.calls += 1
        return masks, np.array([0.8, 0.9, 0.7], np.float32), np.zeros((3, 16, 16), np.float32)
