"""Which joints a camera sees, and where."""

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
"""How deep under the surface each joint may lie and still be seen, in metres."""
HAND_THICKNESS, FACE_THICKNESS = 0.045, 0.02
ON_THE_SURFACE = (NOSE, R_EYE, L_EYE, R_EAR, L_EAR)  # joints that are nowhere when they are hidden
HIDDEN_SCORE = 0.6  # of a joint that is behind something: poses are drawn through clothes and limbs
LEAST_OF_A_HAND = 0.3  # share of its joints that must be seen


class Visibility(IntEnum):
    """Whether a joint is in the picture, and in sight."""

    OUTSIDE = 0
    HIDDEN = 1
    SEEN = 2


def project_joints(joints: Doubles, view: View) -> tuple[Doubles, Doubles]:
    """Places in the picture f64 [N, 2], pixel centres at whole numbers, and depths f64 [N]."""
    seen = (joints - view.eye) @ view.rotation.T
    pixels = view.focal * seen[:, :2] / seen[:, 2:] + [view.x - 0.5, view.y - 0.5]
    return pixels, seen[:, 2]


def visible_joints(places: Doubles, depths: Doubles, pixels: Pixels, finer: int) -> NDArray[np.uint8]:
    """The `Visibility` of all joints, uint8 [128], against what is drawn `finer` times as fine as the picture."""
    height, width = pixels.nearness.shape
    columns, rows = np.floor((places + 0.5) * finer).astype(int).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    judged = np.full(JOINTS, Visibility.OUTSIDE, np.uint8)
    for joint in np.flatnonzero(inside):
        row, column = rows[joint], columns[joint]
        around = pixels.nearness[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].max()
        is_hidden = around > 0 and depths[joint] - 1 / around > TOLERANCE[joint]
        judged[joint] = Visibility.HIDDEN if is_hidden else Visibility.SEEN
    return judged


def _tolerances() -> Doubles:
    tolerance = np.full(JOINTS, FACE_THICKNESS)
    tolerance[HANDS] = HAND_THICKNESS
    tolerance[list(THICKNESS)] = list(THICKNESS.values())
    return tolerance


TOLERANCE = _tolerances()


def scores_of(visibility: NDArray[np.uint8]) -> Floats:
    """Scores f32 [128] for a pose: what an estimator that saw everything would say."""
    scores = np.choose(visibility, [0.0, HIDDEN_SCORE, 1.0]).astype(np.float32)
    on_the_surface = np.zeros(JOINTS, bool)
    on_the_surface[[*ON_THE_SURFACE, *range(FACE.start, FACE.stop)]] = True
    scores[on_the_surface & (visibility != Visibility.SEEN)] = 0
    for hand in (LEFT_HAND, RIGHT_HAND):
        if (visibility[hand] == Visibility.SEEN).mean() < LEAST_OF_A_HAND:
            scores[hand] = 0
    return scores
