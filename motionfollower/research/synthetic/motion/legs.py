"""Legs of two bones: where the ankles are, and the legs that bring them somewhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionfollower.research.synthetic.motion.rotations import X, about, frame, unit
from motionfollower.research.synthetic.motion.types import LEGS, Doubles, Motion, Segment

STRAIGHT = 0.9985  # of the leg's length: the most that it is stretched, so that knees don't snap


@dataclass(frozen=True)
class Legs:
    """Where the hips are from the pelvis, f64 [2, 3] left then right, and how long thigh and shin."""

    hips: Doubles
    thigh: float
    shin: float

    @property
    def length(self) -> float:
        """From hip to ankle."""
        return self.thigh + self.shin

    def hip_positions(self, motion: Motion) -> Doubles:
        """f64 [F, 2, 3]."""
        pelvis = motion.segments[:, Segment.PELVIS]
        return np.asarray(motion.root[:, None] + np.einsum("fij,sj->fsi", pelvis, self.hips))

    def ankles(self, motion: Motion) -> Doubles:
        """f64 [F, 2, 3], for a motion whose root is in the same units as the lengths."""
        down = -motion.segments[..., 1]
        thighs, shins = down[:, [leg[0] for leg in LEGS]], down[:, [leg[1] for leg in LEGS]]
        return self.hip_positions(motion) + self.thigh * thighs + self.shin * shins

    def reach(self, motion: Motion, ankles: Doubles) -> Motion:
        """The motion with its ankles at f64 [F, 2, 3], or as near as the legs reach; knees bend about their hinges."""
        segments, hips = motion.segments.copy(), self.hip_positions(motion)
        for side, (thigh, shin, _) in enumerate(LEGS):
            hinge = segments[:, thigh, :, 0]
            thighs, shins = self._solve(ankles[:, side] - hips[:, side], hinge)
            segments[:, thigh], segments[:, shin] = thighs, shins
        return replace(motion, segments=segments)

    def _solve(self, way: Doubles, hinge: Doubles) -> tuple[Doubles, Doubles]:
        """Thighs and shins [F, 3, 3] whose ankle lies at `way` [F, 3] from the hip (law of cosines)."""
        straight = frame(way, hinge)
        shortest = abs(self.thigh - self.shin) + 0.1 * self.length
        distance = np.linalg.norm(way, axis=-1).clip(shortest, STRAIGHT * self.length)
        cosine = (self.thigh**2 + distance**2 - self.shin**2) / (2 * self.thigh * distance)
        thighs = straight @ about(X, -np.arccos(cosine.clip(-1, 1)))
        knee = -self.thigh * thighs[..., 1]
        return thighs, frame(unit(way) * distance[:, None] - knee, straight[..., 0])


UNIT_LEGS = Legs(hips=np.array([[0.11, -0.06, 0.0], [-0.11, -0.06, 0.0]]), thigh=0.51, shin=0.49)
"""Usual proportions, in lengths of the leg."""

ANKLE_HEIGHT = 0.09
"""Of a standing foot, in lengths of the leg."""
