"""A person's body without looks: their shape, the bones in it, and how they dance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.feet import stand
from motionfollower.research.synthetic.body.hands import lively_hands
from motionfollower.research.synthetic.body.morph import Build, shape_body
from motionfollower.research.synthetic.body.skeleton import Posed, Skeleton
from motionfollower.research.synthetic.body.template import read_template
from motionfollower.research.synthetic.motion.types import Motion


@dataclass(frozen=True, eq=False)
class Body:
    """`rest` f64 [V, 3] is the base mesh in the person's shape; `sole` how thick their shoes' soles are, in metres."""

    rest: Doubles
    skeleton: Skeleton
    sole: float = 0.0

    @property
    def height(self) -> float:
        """From head to toe, in metres."""
        return float(np.ptp(self.rest[:, 1]))

    def dance(self, motion: Motion, seed: int) -> Posed:
        """Their bones in every frame of a motion; `seed` is that of small movements of the hands."""
        fitted = stand(motion, self.skeleton, self.sole)
        return self.skeleton.pose(fitted, lively_hands(len(fitted), fitted.fps, seed))

    def bone_maps(self, rotations: Doubles, positions: Doubles) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """From rest to the world by each bone turned by f64 [B, 3, 3], its head at f64 [B, 3].

        Turns f32 [B, 3, 3] and shifts f32 [B, 3].
        """
        shifts = positions - np.einsum("bij,bj->bi", rotations, self.skeleton.heads)
        return np.ascontiguousarray(rotations, np.float32), np.ascontiguousarray(shifts, np.float32)


def make_body(assets: Assets, build: Build) -> Body:
    """The body of a build, barefoot."""
    rest = shape_body(assets, build)
    return Body(rest, Skeleton.of(assets.rig, rest, read_template(assets).feet))
