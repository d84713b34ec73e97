"""Motion independent of a body."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Segment(IntEnum):
    """Index of each body segment in `Motion.segments`."""

    PELVIS = 0
    CHEST = 1
    HEAD = 2
    L_UPPER_ARM = 3
    L_FOREARM = 4
    R_UPPER_ARM = 5
    R_FOREARM = 6
    L_THIGH = 7
    L_SHIN = 8
    L_FOOT = 9
    R_THIGH = 10
    R_SHIN = 11
    R_FOOT = 12


ARMS = ((Segment.L_UPPER_ARM, Segment.L_FOREARM), (Segment.R_UPPER_ARM, Segment.R_FOREARM))
LEGS = ((Segment.L_THIGH, Segment.L_SHIN, Segment.L_FOOT), (Segment.R_THIGH, Segment.R_SHIN, Segment.R_FOOT))
UPPER_BODY = (Segment.CHEST, Segment.HEAD, *ARMS[0], *ARMS[1])


@dataclass(frozen=True)
class Motion:
    """A motion for bodies of any size.

    `segments` f64 [F, 13, 3, 3] are world rotations from a straight stance with hanging arms, facing +z; x is the
    body's left, y is up. `root` f64 [F, 3] is the position of the pelvis in leg lengths.
    """

    fps: float
    root: Doubles
    segments: Doubles

    def __len__(self) -> int:
        return len(self.root)

    @property
    def seconds(self) -> float:
        """Duration from the first frame to the last."""
        return (len(self) - 1) / self.fps
