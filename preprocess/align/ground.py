"""The ground under a person's feet, by the ankles."""

from __future__ import annotations

import numpy as np

from preprocess.skeleton import L_ANKLE, R_ANKLE, SEEN
from preprocess.types import Floats

ANKLES = [R_ANKLE, L_ANKLE]


def lower_ankle(keypoints: Floats, scores: Floats) -> Floats:
    """The row of the lower believed ankle, f32 [F]; NaN where neither is."""
    seen = scores[:, ANKLES] > SEEN
    rows = np.where(seen, keypoints[:, ANKLES, 1], -np.inf).max(axis=1)
    return np.where(seen.any(axis=1), rows, np.nan).astype(np.float32)


def interpolated(values: Floats) -> Floats:
    """Values f32 [F] with NaN frames filled from their neighbours; zeros where all are NaN."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    return np.interp(np.arange(len(values)), known, values[known]).astype(np.float32)
