"""A puppet's outline brought to the mask that was foretold: narrow gaps are filled, narrow rims are trimmed.

A limb that was cut from another pose is rarely as wide as it should be. Whole limbs stay as they are: where puppet and
mask differ by more than a rim, nobody knows which of them is right.
"""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.types import Bools, Floats

REACH = 0.02  # of the person's height: gaps and rims are no wider
SOFTNESS = 0.8  # px: sigma of the edge
SMEAR = 2.0  # px: sigma of the colours in gaps, across the streaks in which they come from the edge


def fit_silhouette(puppet: np.ndarray, shown: Bools, wanted: Bools, background: np.ndarray) -> tuple[np.ndarray, Bools]:
    """One frame's puppet uint8 [H, W, 3], `shown` bool [H, W], fitted to the mask `wanted`, and where it is then.

    Where nobody is wanted, or nothing of the puppet lies inside its own edge, it stays as it is.
    """
    inside = cv2.erode(shown.astype(np.uint8), _disc(1)) > 0
    rows = np.flatnonzero(wanted.any(axis=1))
    if not len(rows) or not inside.any():
        return puppet, shown
    height = float(rows[-1] - rows[0] + 1)
    distance, colours = _carry_outward(puppet, np.asarray(inside))
    gaps = wanted & (distance <= REACH * height)
    fitted = np.asarray((shown & ~_rims(shown, wanted, height)) | gaps)
    alpha = cv2.GaussianBlur(fitted.astype(np.float32), (0, 0), SOFTNESS)[..., None]
    person = np.where(inside[..., None], puppet, colours)
    return np.rint(background + alpha * (person - background.astype(np.float32))).astype(np.uint8), fitted


def _carry_outward(picture: np.ndarray, inside: Bools) -> tuple[Floats, Floats]:
    """How far each pixel is from the inside, f32 [H, W], and the colours of the nearest pixel there, f32 [H, W, 3]."""
    distance, nearest = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    palette = np.zeros((nearest.max() + 1, 3), np.float32)
    palette[nearest[inside]] = picture[inside]
    return np.asarray(distance), cv2.GaussianBlur(palette[nearest], (0, 0), SMEAR)


def _rims(shown: Bools, wanted: Bools, height: float) -> Bools:
    """What is shown beyond the mask, but for what is as thick as a limb."""
    beyond = (shown & (cv2.dilate(wanted.astype(np.uint8), _disc(1)) == 0)).astype(np.uint8)
    thick = _disc(REACH * height / 2)
    limbs = np.asarray(cv2.dilate(cv2.morphologyEx(beyond, cv2.MORPH_OPEN, thick), thick))
    return np.asarray((beyond > 0) & (limbs == 0))


def _disc(radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
