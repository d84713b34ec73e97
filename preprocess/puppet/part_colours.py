"""What the parts of a person look like over a clip: their colours tell an arm from the shirt that it hangs before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import ARM_PARTS, PARTS, PartName
from preprocess.types import Floats

BINS = 16  # of each of red, green and blue
ROUNDS = 3  # of giving pixels to parts, and counting the parts' colours anew
WEIGHT = 0.6  # half widths that a pixel comes nearer to a part for each unit that its colour is more like it
CLEAR = 1.5  # half widths by which a part must be nearer than those of other groups, for its colours to count
UNTOLD = 0.6  # likeness that shade alone may bring
DOUBT = 0.05  # the share of a part's pixels that may be anybody's: joints and masks are not exact
SMEAR = np.array([0.25, 0.5, 0.25], np.float32)  # light changes: colours stand for their neighbours too

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
    """How much likelier a colour is on a part than anywhere on the person: logarithms f32 [10, 16³]."""

    likeness: Floats

    @classmethod
    def measure(cls, views: Sequence[PartView]) -> PartColours:
        """Learn the colours of a clip's person from the pixels that are clearly one part's."""
        colours = cls(np.zeros((len(PARTS), BINS**3), np.float32))
        for _ in range(ROUNDS):
            counts = np.zeros_like(colours.likeness)
            for view in views:
                counts += colours._count(view)
            colours = cls(_compare(counts))
        return colours

    def distances(self, view: PartView) -> Floats:
        """The distances f32 [10, h, w] of a view's pixels from the parts, less where they look like them."""
        return view.distances - WEIGHT * self.look_up(view.picture)

    def look_up(self, picture: np.ndarray) -> Floats:
        """The likeness of every pixel of a picture uint8 [h, w, 3] to each part, f32 [10, h, w]."""
        return np.stack([cv2.blur(part, (3, 3)) for part in self.likeness[:, _bins(picture)]])

    def _count(self, view: PartView) -> Floats:
        """How many pixels that are clearly one part's have each colour, f32 [10, 16³]."""
        distances = self.distances(view)
        nearest, next_nearest = np.sort([distances[list(group)].min(axis=0) for group in _GROUPS], axis=0)[:2]
        clear = view.person & (nearest + CLEAR < next_nearest)
        pairs = distances.argmin(axis=0)[clear] * BINS**3 + _bins(view.picture)[clear]
        return np.bincount(pairs, minlength=len(PARTS) * BINS**3).reshape(len(PARTS), -1).astype(np.float32)


def _compare(counts: Floats) -> Floats:
    """The likeness that counts f32 [10, 16³] tell of; left and right are dressed alike."""
    for right, left in _SIDES:
        counts[right] = counts[left] = counts[right] + counts[left]
    shares = _smear(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    seen = counts.any(axis=1, keepdims=True)
    anywhere = shares.sum(axis=0) / max(int(seen.sum()), 1)
    mixed = np.where(seen, (1 - DOUBT) * shares + DOUBT * anywhere, anywhere)
    likeness = np.log((mixed + 1e-6) / (anywhere + 1e-6))
    return np.asarray(likeness - likeness.clip(-UNTOLD, UNTOLD), np.float32)


def _smear(shares: Floats) -> Floats:
    """Every bin mixed with its neighbours, for all three colours; shares f32 [10, 16³]."""
    cubes = shares.reshape(-1, BINS, BINS, BINS)
    for axis in (1, 2, 3):
        sides = [(1, 1) if dimension == axis else (0, 0) for dimension in range(4)]
        padded = np.pad(cubes, sides, mode="edge")
        cubes = sum(
            (weight * padded.take(range(shift, shift + BINS), axis) for shift, weight in enumerate(SMEAR)),
            start=np.zeros_like(cubes),
        )
    return np.asarray(cubes.reshape(shares.shape), np.float32)


def _bins(picture: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(picture.astype(np.intp) * BINS // 256, -1, 0)
    return np.asarray((red * BINS + green) * BINS + blue)
