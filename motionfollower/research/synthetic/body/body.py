"""A person's body without appearance: its shape and skeleton, and the retargeting of motions to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.feet import plant_feet
from motionfollower.research.synthetic.body.hands import idle_hand_motion
from motionfollower.research.synthetic.body.morph import Build, shape_body
from motionfollower.research.synthetic.body.skeleton import Posed, Skeleton
from motionfollower.research.synthetic.body.template import make_template
from motionfollower.research.synthetic.motion.types import Motion


@dataclass(frozen=True, eq=False)
class Body:
    """`rest` f64 [V, 3] is the base mesh in the person's shape; `sole` is the thickness of the soles in metres."""

    rest: Doubles
    skeleton: Skeleton
    sole: float = 0.0

    @property
    def height(self) -> float:
        """Height in metres."""
        return float(np.ptp(self.rest[:, 1]))

    def retarget(self, motion: Motion, seed: int) -> Posed:
        """Retarget a motion to the body; `seed` is that of the idle motion of the hands."""
        fitted = plant_feet(motion, self.skeleton, self.sole)
        return self.skeleton.pose(fitted, idle_hand_motion(len(fitted), fitted.fps, seed))

    def bone_transforms(
        self, rotations: Doubles, positions: Doubles
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Skinning transforms from rest to the world of bones rotated by f64 [B, 3, 3] with heads at f64 [B, 3].

        Rotations f32 [B, 3, 3] and translations f32 [B, 3].
        """
        translations = positions - np.einsum("bij,bj->bi", rotations, self.skeleton.heads)
        return np.ascontiguousarray(rotations, np.float32), np.ascontiguousarray(translations, np.float32)


def make_body(assets: Assets, build: Build) -> Body:
    """Make the body of a build, barefoot."""
    rest = shape_body(assets, build)
    return Body(rest, Skeleton.of(assets.rig, rest, make_template(assets).feet))
