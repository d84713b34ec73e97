"""Projection of joints into the image, their visibility, and confidence scores."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.renderer.types import Doubles, Pixels, View
from preprocess.pose.skeleton import (
    FACE,
    HANDS,
    JOINTS,
    L_ANKLE,
    L_EAR,
    L_ELBOW,
    L_EYE,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    LEFT_HAND,
    NECK,
    NOSE,
    R_ANKLE,
    R_EAR,
    R_ELBOW,
    R_EYE,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
    RIGHT_HAND,
)
from preprocess.types import Floats

THICKNESS = {
    NOSE: 0.10, NECK: 0.12, R_SHOULDER: 0.10, L_SHOULDER: 0.10, R_ELBOW: 0.08, L_ELBOW: 0.08, R_WRIST: 0.07,
    L_WRIST: 0.07, R_HIP: 0.16, L_HIP: 0.16, R_KNEE: 0.11, L_KNEE: 0.11, R_ANKLE: 0.09, L_ANKLE: 0.09,
    R_EYE: 0.06, L_EYE: 0.06, R_EAR: 0.07, L_EAR: 0.07,
}  # fmt: skip
"""Maximum depth of a visible joint below the surface, in metres."""
HAND_THICKNESS, FACE_THICKNESS = 0.045, 0.02
SURFACE_JOINTS = (NOSE, R_EYE, L_EYE, R_EAR, L_EAR)  # without a position when hidden
HIDDEN_SCORE = 0.6  # of an occluded joint: poses are drawn through clothes and limbs
MIN_HAND_FRACTION = 0.3  # fraction of a hand's joints that must be visible


class Visibility(IntEnum):
    """Whether a joint is inside the image, and whether it is occluded."""

    OUTSIDE = 0
    HIDDEN = 1
    SEEN = 2


def project_joints(joints: Doubles, view: View) -> tuple[Doubles, Doubles]:
    """Project joints f64 [N, 3] to pixels f64 [N, 2], with pixel centres at integers, and depths f64 [N] in metres."""
    seen = (joints - view.eye) @ view.rotation.T
    pixels = view.focal * seen[:, :2] / seen[:, 2:] + [view.x - 0.5, view.y - 0.5]
    return pixels, seen[:, 2]


def visible_joints(positions: Doubles, depths: Doubles, pixels: Pixels, supersampling: int) -> NDArray[np.uint8]:
    """The `Visibility` of all joints, uint8 [128], by a z-buffer with `supersampling` pixels per image pixel."""
    height, width = pixels.inverse_depth.shape
    columns, rows = np.floor((positions + 0.5) * supersampling).astype(int).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    visibility = np.full(JOINTS, Visibility.OUTSIDE, np.uint8)
    for joint in np.flatnonzero(inside):
        row, column = rows[joint], columns[joint]
        nearest = pixels.inverse_depth[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].max()
        is_hidden = nearest > 0 and depths[joint] - 1 / nearest > DEPTH_TOLERANCE[joint]
        visibility[joint] = Visibility.HIDDEN if is_hidden else Visibility.SEEN
    return visibility


def _depth_tolerances() -> Doubles:
    tolerance = np.full(JOINTS, FACE_THICKNESS)
    tolerance[HANDS] = HAND_THICKNESS
    tolerance[list(THICKNESS)] = list(THICKNESS.values())
    return tolerance


DEPTH_TOLERANCE = _depth_tolerances()


def scores_of(visibility: NDArray[np.uint8]) -> Floats:
    """Confidence scores f32 [128] of an ideal pose estimator."""
    scores = np.choose(visibility, [0.0, HIDDEN_SCORE, 1.0]).astype(np.float32)
    on_surface = np.zeros(JOINTS, bool)
    on_surface[[*SURFACE_JOINTS, *range(FACE.start, FACE.stop)]] = True
    scores[on_surface & (visibility != Visibility.SEEN)] = 0
    for hand in (LEFT_HAND, RIGHT_HAND):
        if (visibility[hand] == Visibility.SEEN).mean() < MIN_HAND_FRACTION:
            scores[hand] = 0
    return scores
