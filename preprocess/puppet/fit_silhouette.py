"""Fit a puppet's outline to the predicted target mask: narrow gaps are filled, narrow rims are trimmed.

A limb that was cut from another pose rarely has the right width. Larger differences between puppet and mask are left
alone, because either of them may be wrong.
"""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.types import Bools, Floats

MAX_WIDTH = 0.02  # of the person's height: width of the gaps and rims that are corrected
SOFTNESS = 0.8  # px: sigma of the edge
COLOUR_BLUR = 2.0  # px: sigma of the blur of extended colours, against streaks


def fit_silhouette(puppet: np.ndarray, shown: Bools, target: Bools, background: np.ndarray) -> tuple[np.ndarray, Bools]:
    """One frame's puppet uint8 [H, W, 3] with mask `shown` bool [H, W], fitted to the `target` mask; its new mask.

    It is unchanged where the target mask is empty, or where the puppet is too thin to have an interior.
    """
    inside = cv2.erode(shown.astype(np.uint8), _disc(1)) > 0
    rows = np.flatnonzero(target.any(axis=1))
    if not len(rows) or not inside.any():
        return puppet, shown
    height = float(rows[-1] - rows[0] + 1)
    distance, colours = _extend_colours(puppet, np.asarray(inside))
    gaps = target & (distance <= MAX_WIDTH * height)
    fitted = np.asarray((shown & ~_rims(shown, target, height)) | gaps)
    alpha = cv2.GaussianBlur(fitted.astype(np.float32), (0, 0), SOFTNESS)[..., None]
    person = np.where(inside[..., None], puppet, colours)
    return np.rint(background + alpha * (person - background.astype(np.float32))).astype(np.uint8), fitted


def _extend_colours(image: np.ndarray, inside: Bools) -> tuple[Floats, Floats]:
    """Each pixel's distance from the inside, f32 [H, W], and the colour of its nearest pixel there, f32 [H, W, 3]."""
    distance, nearest = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    palette = np.zeros((nearest.max() + 1, 3), np.float32)
    palette[nearest[inside]] = image[inside]
    return np.asarray(distance), cv2.GaussianBlur(palette[nearest], (0, 0), COLOUR_BLUR)


def _rims(shown: Bools, target: Bools, height: float) -> Bools:
    """The parts of `shown` beyond the target mask that are thinner than a limb."""
    beyond = (shown & (cv2.dilate(target.astype(np.uint8), _disc(1)) == 0)).astype(np.uint8)
    thick = _disc(MAX_WIDTH * height / 2)
    limbs = np.asarray(cv2.dilate(cv2.morphologyEx(beyond, cv2.MORPH_OPEN, thick), thick))
    return np.asarray((beyond > 0) & (limbs == 0))


def _disc(radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
