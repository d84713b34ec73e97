"""What the parts of a person look like over a clip: their colours tell an arm from the shirt that it hangs before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.body_parts import ARM_PARTS, PARTS, PartName
from preprocess.part_view import PartView
from preprocess.types import Floats

ROUNDS = 3
WEIGHT=0.6
BINS = 16  # of each of red, green and blue
CLEAR = 1.5  # half widths by which a pixel's nearest part must be nearer than the next, for its colour to count
UNTOLD = 0.6  # likeness that shade alone may bring
DOUBT = 0.05  # the share of a part's pixels that may be anybody's: joints and masks are not exact
SMEAR = np.array([0.25, 0.5, 0.25], np.float32)  # light changes: colours stand for their neighbours too

GROUPS = (list(ARM_PARTS), [PartName.HEAD], [n for n in PartName if n not in (*ARM_PARTS, PartName.HEAD)])
_SIDES = (
    (PartName.R_UPPER_ARM, PartName.L_UPPER_ARM),
    (PartName.R_FOREARM, PartName.L_FOREARM),
    (PartName.R_THIGH, PartName.L_THIGH),
    (PartName.R_SHIN, PartName.L_SHIN),
)


@dataclass(frozen=True)
class PartColours:
    """How much likelier a colour is on a part than anywhere on the person: logarithms f32 [10, 16³]."""

    likeness: Floats

    @classmethod
    def measure(cls, views: Iterable[PartView]) -> PartColours:
        """Count the colours of the pixels that are clearly one part's; left and right are dressed alike."""
        colours = cls(np.zeros((len(PARTS), BINS**3), np.float32))
        for _ in range(ROUNDS):
            colours = cls._of_counts(sum(_count(view, colours) for view in views))
        return colours

    @classmethod
    def _of_counts(cls, counts: Floats) -> PartColours:
        counts = counts.copy()
        for right, left in _SIDES:
            counts[right] = counts[left] = counts[right] + counts[left]
        shares = _smear(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
        shown = counts.any(axis=1)
        anywhere = shares[shown].mean(axis=0) if shown.any() else shares[0]
        shares[~shown] = anywhere
        mixed = (1 - DOUBT) * shares + DOUBT * anywhere
        likeness = np.log((mixed + 1e-6) / (anywhere + 1e-6))
        return cls((likeness - likeness.clip(-UNTOLD, UNTOLD)).astype(np.float32))

    def look_up(self, picture: np.ndarray) -> Floats:
        """The likeness of every pixel of a picture uint8 [h, w, 3] to each part, f32 [10, h, w]."""
        found = self.likeness[:, _bins(picture)]
        return np.stack([cv2.blur(part, (3, 3)) for part in found])


def _count(view: PartView, colours: PartColours) -> Floats:
    """How many pixels that are clearly one part's have each colour, f32 [10, 16³]."""
    distances = view.distances - WEIGHT * colours.look_up(view.picture)
    nearest, next_nearest = np.sort([distances[group].min(axis=0) for group in GROUPS], axis=0)[:2]
    clear = view.person & (nearest + CLEAR < next_nearest)
    flat = distances.argmin(axis=0)[clear] * BINS**3 + _bins(view.picture)[clear]
    return np.bincount(flat, minlength=len(PARTS) * BINS**3).reshape(len(PARTS), -1).astype(np.float32)


def _bins(picture: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(picture.astype(np.intp) * BINS // 256, -1, 0)
    return np.asarray((red * BINS + green) * BINS + blue)


def _smear(shares: Floats) -> Floats:
    """Every bin mixed with its neighbours, for all three colours; shares f32 [10, 16³]."""
    cubes = shares.reshape(-1, BINS, BINS, BINS)
    for axis in (1, 2, 3):
        padded = np.pad(cubes, [(int(a == axis), int(a == axis)) for a in range(4)], mode="edge")
        cubes = sum(w * padded.take(range(s, s + BINS), axis) for s, w in enumerate(SMEAR))
    return np.asarray(cubes.reshape(shares.shape), np.float32)
