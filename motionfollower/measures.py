"""How well an edit came out, as numbers that a person understands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from preprocess.types import Frame


@dataclass(frozen=True)
class Measures:
    """How well an edit came out.

    `background_kept` is the share of pixels, in [0, 1], that are exactly the source's. The pose is read again from
    the result: `pose_match` is the share of the wanted body joints found within a tenth of the torso's length
    (PCK@0.1), `pose_error` their mean distance in pixels of the working size; both None where nobody is found.
    `flicker` is how far a pixel is from the mean of the frames before and after, in grey levels; `source_flicker`
    that of the source.
    """

    background_kept: float
    pose_match: float | None
    pose_error: float | None
    flicker: float
    source_flicker: float


def background_kept(source: Iterable[Frame], edited: Iterable[Frame]) -> float:
    """The share of pixels, in [0, 1], that are exactly the source's; as many frames uint8 [H, W, 3] of both."""
    shares = [(before == after).all(axis=-1).mean() for before, after in zip(source, edited, strict=True)]
    return float(np.mean(shares))
