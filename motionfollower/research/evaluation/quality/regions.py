"""The parts of the picture that are scored apart, all taken from the truth."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from motionfollower.research.evaluation.quality.subject import BenchmarkClip
from preprocess.types import Bools

RIM = 0.012  # of the picture's longer side: pixels this near to a person are mixed colours and count for no background


@dataclass(frozen=True)
class ScoreRegions:
    """Bool [F, H, W] each: where the person shall be, where they were and shall not be, shadows, all the rest."""

    person: Bools
    vacated: Bools
    shadow: Bools
    background: Bools

    @classmethod
    def of(cls, subject: BenchmarkClip) -> ScoreRegions:
        """The regions of a clip and its answer; what is near to a person is in none but theirs."""
        before, after = subject.source.masks.masks, subject.truth.masks.masks
        near = _grow(before | after, RIM * max(subject.source.size))
        shadow = (subject.source.shadows | subject.truth.shadows) & ~near
        return cls(after, before & ~after, shadow, ~near & ~shadow)


def _grow(masks: Bools, radius: float) -> Bools:
    side = 2 * max(1, round(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.stack([cv2.dilate(mask.astype(np.uint8), disc) > 0 for mask in masks])
