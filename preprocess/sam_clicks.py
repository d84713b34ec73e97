"""Masks put right by clicks, by Segment Anything: it knows the thing that was clicked."""

from __future__ import annotations

import numpy as np

from preprocess.refine_mask import DOT, GrabCutRefiner, disc, joined_to, reach_of_click
from preprocess.sam import MaskPredictor
from preprocess.types import Bools, Frame


class SamRefiner(GrabCutRefiner):
    """A `MaskRefiner` that asks a predictor what lies at a click, and colours alone where it doesn't know."""

    def __init__(self, predictor: MaskPredictor) -> None:
        self._predictor = predictor

    def region(self, frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
        """What a click adds to a mask [H, W], or takes from it: of the thing at the place, what is near it."""
        if mask[y, x] == is_person:
            return np.zeros_like(mask)
        self._predictor.set_image(frame)
        things, qualities, _ = self._predictor.predict(np.array([[x, y]], np.float32), np.array([1]))
        holding = [index for index in np.argsort(-qualities) if things[index][y, x]]
        if not holding:
            return super().region(frame, mask, x, y, is_person, strength)
        near = disc(mask.shape, x, y, reach_of_click(mask, strength) / max(mask.shape))
        here = disc(mask.shape, x, y, DOT) | (things[holding[0]] > 0)
        return joined_to(here & near & (mask != is_person), x, y)
