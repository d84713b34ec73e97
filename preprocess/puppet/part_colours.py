"""Colour models of the body parts over a clip, which distinguish an arm from the shirt behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import ARM_PARTS, PARTS, PartName
from preprocess.types import Floats

BINS = 16  # per colour channel
ITERATIONS = 3  # of assigning pixels to parts and estimating the parts' colours
WEIGHT = 0.6  # half widths by which one unit of log-likelihood ratio reduces the distance from a part
CLEAR_MARGIN = 1.5  # half widths by which a pixel must be nearer to its part than to those of other groups to count
SHADING = 0.6  # log-likelihood ratios up to this may result from shading and are ignored
OUTLIERS = 0.05  # fraction of a part's pixels that may belong to others: joints and masks are inexact
KERNEL = np.array([0.25, 0.5, 0.25], np.float32)  # smooths histograms over changes of light

_GROUPS = (
    ARM_PARTS,
    (PartName.HEAD,),
    (PartName.TORSO, PartName.R_THIGH, PartName.R_SHIN, PartName.L_THIGH, PartName.L_SHIN),
)
_SIDES = (
    (PartName.R_UPPER_ARM, PartName.L_UPPER_ARM),
    (PartName.R_FOREARM, PartName.L_FOREARM),
    (PartName.R_THIGH, PartName.L_THIGH),
    (PartName.R_SHIN, PartName.L_SHIN),
)


@dataclass(frozen=True)
class PartColours:
    """Log-likelihood ratios f32 [10, 16³] of a colour on a part against anywhere on the person."""

    log_ratios: Floats

    @classmethod
    def measure(cls, views: Sequence[PartView]) -> PartColours:
        """Estimate the colour models from pixels that clearly belong to one part."""
        colours = cls(np.zeros((len(PARTS), BINS**3), np.float32))
        for _ in range(ITERATIONS):
            counts = np.zeros_like(colours.log_ratios)
            for view in views:
                counts += colours._count(view)
            colours = cls(_to_log_ratios(counts))
        return colours

    def distances(self, view: PartView) -> Floats:
        """The distances f32 [10, h, w] of a view's pixels from the parts, less the weighted log-likelihood ratios."""
        return view.distances - WEIGHT * self.log_ratios_of(view.image)

    def log_ratios_of(self, image: np.ndarray) -> Floats:
        """The log-likelihood ratio of each pixel of an image uint8 [h, w, 3] for each part, f32 [10, h, w]."""
        return np.stack([cv2.blur(part, (3, 3)) for part in self.log_ratios[:, _bins(image)]])

    def _count(self, view: PartView) -> Floats:
        """The colour histograms of the pixels that clearly belong to one part, f32 [10, 16³]."""
        distances = self.distances(view)
        nearest, next_nearest = np.sort([distances[list(group)].min(axis=0) for group in _GROUPS], axis=0)[:2]
        clear = view.person & (nearest + CLEAR_MARGIN < next_nearest)
        pairs = distances.argmin(axis=0)[clear] * BINS**3 + _bins(view.image)[clear]
        return np.bincount(pairs, minlength=len(PARTS) * BINS**3).reshape(len(PARTS), -1).astype(np.float32)


def _to_log_ratios(counts: Floats) -> Floats:
    """Log-likelihood ratios from histograms f32 [10, 16³]; both sides of the body share their colours."""
    for right, left in _SIDES:
        counts[right] = counts[left] = counts[right] + counts[left]
    densities = _smooth(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    seen = counts.any(axis=1, keepdims=True)
    anywhere = densities.sum(axis=0) / max(int(seen.sum()), 1)
    mixed = np.where(seen, (1 - OUTLIERS) * densities + OUTLIERS * anywhere, anywhere)
    ratios = np.log((mixed + 1e-6) / (anywhere + 1e-6))
    return np.asarray(ratios - ratios.clip(-SHADING, SHADING), np.float32)


def _smooth(densities: Floats) -> Floats:
    """Densities f32 [10, 16³], smoothed along each colour channel."""
    cubes = densities.reshape(-1, BINS, BINS, BINS)
    for axis in (1, 2, 3):
        sides = [(1, 1) if dimension == axis else (0, 0) for dimension in range(4)]
        padded = np.pad(cubes, sides, mode="edge")
        cubes = sum(
            (weight * padded.take(range(shift, shift + BINS), axis) for shift, weight in enumerate(KERNEL)),
            start=np.zeros_like(cubes),
        )
    return np.asarray(cubes.reshape(densities.shape), np.float32)


def _bins(image: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(image.astype(np.intp) * BINS // 256, -1, 0)
    return np.asarray((red * BINS + green) * BINS + blue)
