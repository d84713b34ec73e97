"""Segment Anything that remembers: looking at a picture takes seconds on a CPU, asking about it takes milliseconds."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from preprocess.types import Bools, Floats, Frame

MOST_PICTURES = 64  # of 4 MB each


class RememberingPredictor:
    """A `MaskPredictor` around segment_anything's own: a picture that it has seen lately costs nothing again."""

    def __init__(self, sam: Any) -> None:
        from segment_anything import SamPredictor

        self._predictor = SamPredictor(sam)
        self._seen: OrderedDict[bytes, tuple[Any, Any, Any]] = OrderedDict()

    def set_image(self, image: Frame) -> None:
        """Look at a picture uint8 [H, W, 3] RGB, or remember it."""
        predictor, key = self._predictor, blake2b(image.tobytes(), key=str(image.shape).encode()).digest()
        if key not in self._seen:
            predictor.set_image(image)
            self._seen[key] = predictor.features, predictor.original_size, predictor.input_size
        self._seen.move_to_end(key)
        predictor.features, predictor.original_size, predictor.input_size = self._seen[key]
        while len(self._seen) > MOST_PICTURES:
            self._seen.popitem(last=False)

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        """Masks bool [3, H, W], how good they are f32 [3], their logits f32 [3, h, w] at the network's own size."""
        answer: tuple[Bools, Floats, Floats] = self._predictor.predict(point_coords, point_labels, box, mask_input)
        return answer
