"""The regions of the image that are scored separately, all taken from the ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from motionfollower.research.evaluation.quality.clip import BenchmarkClip
from preprocess.types import Bools

RIM = 0.012  # of the image's longer side: width of the mixed pixels around a person, which are no background


@dataclass(frozen=True)
class ScoreRegions:
    """Disjoint bool [F, H, W]: the person's new position, the one they vacated, shadows, and the background."""

    person: Bools
    vacated: Bools
    shadow: Bools
    background: Bools

    @classmethod
    def of(cls, clip: BenchmarkClip) -> ScoreRegions:
        """The regions of a clip; pixels around a person belong to no region."""
        before, after = clip.source.masks.masks, clip.truth.masks.masks
        near = _dilate(before | after, RIM * max(clip.source.size))
        shadow = (clip.source.shadows | clip.truth.shadows) & ~near
        return cls(after, before & ~after, shadow, ~near & ~shadow)


def _dilate(masks: Bools, radius: float) -> Bools:
    side = 2 * max(1, round(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.stack([cv2.dilate(mask.astype(np.uint8), disc) > 0 for mask in masks])
