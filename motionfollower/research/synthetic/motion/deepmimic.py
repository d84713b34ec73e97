"""Recordings in DeepMimic's format (Peng et al. 2018) as motions.

A frame holds its duration, the root's position, and turns from parent to child: quaternions (w, x, y, z) for
ball joints, angles for elbows and knees. Its skeleton stands with hanging arms and looks along +x.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from motionfollower.research.synthetic.assets.types import Recording
from motionfollower.research.synthetic.motion.rotations import X, about
from motionfollower.research.synthetic.motion.types import Doubles, Motion, Segment

LEG = 0.832  # of that skeleton, in its own metres
LOOPS = 3  # times that a recording is shown whose end meets its start
TO_OURS = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # it looks along +x, we along +z


def read_recording(recording: Recording) -> Motion:
    """The motion of a recording; one that loops is repeated, going on where it ended."""
    frames = _repeat(recording.frames, LOOPS) if recording.loops else recording.frames
    return Motion(recording.fps, frames[:, 1:4] @ TO_OURS.T / LEG, _segments(frames))


def _repeat(frames: Doubles, times: int) -> Doubles:
    cycle, travel = frames[:-1], np.zeros(frames.shape[1])
    travel[[1, 3]] = frames[-1, [1, 3]] - frames[0, [1, 3]]
    return np.concatenate([cycle + index * travel for index in range(times)])


def _segments(frames: Doubles) -> Doubles:
    turns = np.empty((len(frames), len(Segment), 3, 3))
    turns[:, Segment.PELVIS] = _ball(frames, 4)
    turns[:, Segment.CHEST] = turns[:, Segment.PELVIS] @ _ball(frames, 8)
    turns[:, Segment.HEAD] = turns[:, Segment.CHEST] @ _ball(frames, 12)
    for side, leg, arm in (("R", 16, 25), ("L", 30, 39)):
        thigh, shin, foot = Segment[f"{side}_THIGH"], Segment[f"{side}_SHIN"], Segment[f"{side}_FOOT"]
        upper, fore = Segment[f"{side}_UPPER_ARM"], Segment[f"{side}_FOREARM"]
        turns[:, thigh] = turns[:, Segment.PELVIS] @ _ball(frames, leg)
        turns[:, shin] = turns[:, thigh] @ _hinge(frames, leg + 4)
        turns[:, foot] = turns[:, shin] @ _ball(frames, leg + 5)
        turns[:, upper] = turns[:, Segment.CHEST] @ _ball(frames, arm)
        turns[:, fore] = turns[:, upper] @ _hinge(frames, arm + 4)
    return turns


def _ball(frames: Doubles, column: int) -> Doubles:
    matrices = Rotation.from_quat(frames[:, column : column + 4], scalar_first=True).as_matrix()
    return np.asarray(TO_OURS @ matrices @ TO_OURS.T)


def _hinge(frames: Doubles, column: int) -> Doubles:
    """Elbows and knees turn about z there, which is −x here."""
    return about(-X, frames[:, column])
