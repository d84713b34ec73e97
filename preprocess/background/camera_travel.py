"""Camera travel: how far a clip's camera moves, from which the camera mode is proposed."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.background.camera_motion import Shot, find_shots
from preprocess.background.fill import person_holes
from preprocess.types import Clip, MaskSequence, Size

REFERENCE_SIDE = 512  # pixels; the longer side to which the travel is normalised


def camera_travel(clip: Clip, masks: MaskSequence) -> float:
    """The largest displacement of the frame's centre over the background, in pixels of a frame of 512.

    The maximum over all shots; a cut, or a background that can't be tracked, begins a new shot.
    """
    shots = find_shots(clip.frames, person_holes(masks))
    return max(_travel(shot, clip.size) for shot in shots) * REFERENCE_SIDE / max(clip.size)


def _travel(shot: Shot, size: Size) -> float:
    """The largest distance between two positions of the frames' centres in the shot's first frame."""
    centre = np.array([[[size[0] / 2, size[1] / 2]]])
    positions = np.array(
        [cv2.perspectiveTransform(centre, motion.astype(np.float64))[0, 0] for motion in shot.to_reference]
    )
    return float(np.linalg.norm(positions[:, None] - positions[None], axis=-1).max())
