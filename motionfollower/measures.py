"""How well an edit came out, as numbers that a person understands."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from preprocess.types import Frame


def background_kept(source: Iterable[Frame], edited: Iterable[Frame]) -> float:
    """The share of pixels, in [0, 1], that are exactly the source's; as many frames uint8 [H, W, 3] of both."""
    shares = [(before == after).all(axis=-1).mean() for before, after in zip(source, edited, strict=True)]
    return float(np.mean(shares))
