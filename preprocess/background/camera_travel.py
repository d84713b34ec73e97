"""How far a clip's camera travels: the measure by which camera mode is proposed."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.background.camera_motion import Shot, find_shots
from preprocess.background.fill import person_holes
from preprocess.types import Clip, MaskSequence, Size

REFERENCE_SIDE = 512  # pixels of the longer side that the travel is given for


def camera_travel(clip: Clip, masks: MaskSequence) -> float:
    """How far the picture's middle moves over the background in a clip, in pixels of a picture of 512.

    The farthest of all shots; a cut, or a background that can't be followed, begins a new one.
    """
    shots = find_shots(clip.frames, person_holes(masks))
    return max(_travel(shot, clip.size) for shot in shots) * REFERENCE_SIDE / max(clip.size)


def _travel(shot: Shot, size: Size) -> float:
    """The largest distance between two of the places that the picture's middle has on the shot's first frame."""
    middle = np.array([[[size[0] / 2, size[1] / 2]]])
    places = np.array(
        [cv2.perspectiveTransform(middle, motion.astype(np.float64))[0, 0] for motion in shot.to_reference]
    )
    return float(np.linalg.norm(places[:, None] - places[None], axis=-1).max())
