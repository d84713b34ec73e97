"""Forward and inverse kinematics of two-bone legs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionfollower.research.synthetic.motion.rotations import X, axis_rotation, limb_frame, unit
from motionfollower.research.synthetic.motion.types import LEGS, Doubles, Motion, Segment

MAX_EXTENSION = 0.9985  # fraction of the leg's length, so that knees do not snap straight


@dataclass(frozen=True)
class Legs:
    """Hip positions relative to the pelvis, f64 [2, 3] left then right, and the lengths of thigh and shin."""

    hips: Doubles
    thigh: float
    shin: float

    @property
    def length(self) -> float:
        """Leg length from hip to ankle."""
        return self.thigh + self.shin

    def hip_positions(self, motion: Motion) -> Doubles:
        """Hip positions f64 [F, 2, 3]."""
        pelvis = motion.segments[:, Segment.PELVIS]
        return np.asarray(motion.root[:, None] + np.einsum("fij,sj->fsi", pelvis, self.hips))

    def ankles(self, motion: Motion) -> Doubles:
        """Ankle positions f64 [F, 2, 3] of a motion whose root has the same unit as the lengths."""
        down = -motion.segments[..., 1]
        thighs, shins = down[:, [leg[0] for leg in LEGS]], down[:, [leg[1] for leg in LEGS]]
        return self.hip_positions(motion) + self.thigh * thighs + self.shin * shins

    def reach(self, motion: Motion, ankles: Doubles) -> Motion:
        """Inverse kinematics: bend the knees so that the ankles are at f64 [F, 2, 3], or as near as they reach."""
        segments, hips = motion.segments.copy(), self.hip_positions(motion)
        for side, (thigh, shin, _) in enumerate(LEGS):
            hinge = segments[:, thigh, :, 0]
            thighs, shins = self._solve(ankles[:, side] - hips[:, side], hinge)
            segments[:, thigh], segments[:, shin] = thighs, shins
        return replace(motion, segments=segments)

    def _solve(self, offset: Doubles, hinge: Doubles) -> tuple[Doubles, Doubles]:
        """Rotations of thigh and shin [F, 3, 3] that place the ankle at `offset` [F, 3] from the hip."""
        straight = limb_frame(offset, hinge)
        min_distance = abs(self.thigh - self.shin) + 0.1 * self.length
        distance = np.linalg.norm(offset, axis=-1).clip(min_distance, MAX_EXTENSION * self.length)
        cosine = (self.thigh**2 + distance**2 - self.shin**2) / (2 * self.thigh * distance)
        thighs = straight @ axis_rotation(X, -np.arccos(cosine.clip(-1, 1)))
        knee = -self.thigh * thighs[..., 1]
        return thighs, limb_frame(unit(offset) * distance[:, None] - knee, straight[..., 0])


UNIT_LEGS = Legs(hips=np.array([[0.11, -0.06, 0.0], [-0.11, -0.06, 0.0]]), thigh=0.51, shin=0.49)
"""Average proportions, in leg lengths."""

ANKLE_HEIGHT = 0.09
"""Ankle height of a standing foot, in leg lengths."""
