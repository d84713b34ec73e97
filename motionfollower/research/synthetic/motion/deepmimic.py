"""Conversion of recordings in DeepMimic's format (Peng et al. 2018) to motions.

A frame holds its duration, the root's position, and rotations relative to the parent: quaternions (w, x, y, z) for
ball joints, angles for elbows and knees. The skeleton stands with hanging arms and faces +x.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from motionfollower.research.synthetic.assets.types import Recording
from motionfollower.research.synthetic.motion.rotations import X, axis_rotation
from motionfollower.research.synthetic.motion.types import Doubles, Motion, Segment

LEG = 0.832  # metres: leg length of that skeleton
REPETITIONS = 3  # of a recording that loops
TO_OUR_AXES = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # from facing +x to facing +z


def read_recording(recording: Recording) -> Motion:
    """Convert a recording to a motion; a loop is repeated, each repetition starting where the last one ended."""
    frames = _repeat(recording.frames, REPETITIONS) if recording.loops else recording.frames
    return Motion(recording.fps, frames[:, 1:4] @ TO_OUR_AXES.T / LEG, _segments(frames))


def _repeat(frames: Doubles, times: int) -> Doubles:
    cycle, travel = frames[:-1], np.zeros(frames.shape[1])
    travel[[1, 3]] = frames[-1, [1, 3]] - frames[0, [1, 3]]
    return np.concatenate([cycle + index * travel for index in range(times)])


def _segments(frames: Doubles) -> Doubles:
    rotations = np.empty((len(frames), len(Segment), 3, 3))
    rotations[:, Segment.PELVIS] = _ball(frames, 4)
    rotations[:, Segment.CHEST] = rotations[:, Segment.PELVIS] @ _ball(frames, 8)
    rotations[:, Segment.HEAD] = rotations[:, Segment.CHEST] @ _ball(frames, 12)
    for side, leg, arm in (("R", 16, 25), ("L", 30, 39)):
        thigh, shin, foot = Segment[f"{side}_THIGH"], Segment[f"{side}_SHIN"], Segment[f"{side}_FOOT"]
        upper, fore = Segment[f"{side}_UPPER_ARM"], Segment[f"{side}_FOREARM"]
        rotations[:, thigh] = rotations[:, Segment.PELVIS] @ _ball(frames, leg)
        rotations[:, shin] = rotations[:, thigh] @ _hinge(frames, leg + 4)
        rotations[:, foot] = rotations[:, shin] @ _ball(frames, leg + 5)
        rotations[:, upper] = rotations[:, Segment.CHEST] @ _ball(frames, arm)
        rotations[:, fore] = rotations[:, upper] @ _hinge(frames, arm + 4)
    return rotations


def _ball(frames: Doubles, column: int) -> Doubles:
    matrices = Rotation.from_quat(frames[:, column : column + 4], scalar_first=True).as_matrix()
    return np.asarray(TO_OUR_AXES @ matrices @ TO_OUR_AXES.T)


def _hinge(frames: Doubles, column: int) -> Doubles:
    """Elbow or knee rotation: its axis is z in the recording, −x here."""
    return axis_rotation(-X, frames[:, column])
