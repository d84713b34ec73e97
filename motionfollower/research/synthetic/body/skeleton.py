"""One person's bones: where they begin at rest, and where a motion brings them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles, Rig
from motionfollower.research.synthetic.body.bone_turns import RestLimbs, turn_bones
from motionfollower.research.synthetic.body.hands import Hands
from motionfollower.research.synthetic.body.morph import mean_of
from motionfollower.research.synthetic.motion.legs import Legs
from motionfollower.research.synthetic.motion.rotations import X, frame
from motionfollower.research.synthetic.motion.types import Motion

SOLE = 0.015  # metres above the lowest vertex: what of a foot touches the floor


@dataclass(frozen=True)
class Posed:
    """Bones in the world: turns from rest f64 [F, B, 3, 3], places of their heads f64 [F, B, 3]."""

    rotations: Doubles
    positions: Doubles

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True)
class Skeleton:
    """The bones of `rig` for one body; `heads` f64 [B, 3] in metres at rest.

    `soles` are points of the two feet that stand on the floor, f64 [2, N, 3], from the ankle.
    """

    rig: Rig
    heads: Doubles
    legs: Legs
    limbs: RestLimbs
    soles: Doubles

    @classmethod
    def of(cls, rig: Rig, vertices: Doubles, feet: tuple[np.ndarray, np.ndarray]) -> Skeleton:
        """The skeleton of a body; `feet` are the vertices of its left and its right foot."""
        heads = np.stack([mean_of(vertices, indices) for indices in rig.heads])
        places = dict(zip(rig.names, heads, strict=True))
        soles = [_sole(vertices[foot] - places[f"foot.{side}"]) for foot, side in zip(feet, "LR", strict=True)]
        return cls(rig, heads, _measure_legs(places), _rest_limbs(places), np.stack(soles))

    def bone(self, name: str) -> int:
        """The index of a bone."""
        return self.rig.names.index(name)

    def pose(self, motion: Motion, hands: Hands) -> Posed:
        """The bones of every frame of a motion whose root is in metres."""
        rotations = turn_bones(self.rig, self.limbs, motion.segments, hands)
        positions = np.empty((*rotations.shape[:2], 3))
        for bone, parent in enumerate(self.rig.parents):
            if parent < 0:
                positions[:, bone] = motion.root
            else:
                positions[:, bone] = positions[:, parent] + rotations[:, parent] @ (
                    self.heads[bone] - self.heads[parent]
                )
        return Posed(rotations, positions)


def _measure_legs(places: dict[str, Doubles]) -> Legs:
    hips, knees, ankles = (
        np.stack([places[f"{name}.{side}"] for side in "LR"]) for name in ("upperleg01", "lowerleg01", "foot")
    )
    thigh, shin = (float(np.linalg.norm(end - start, axis=1).mean()) for start, end in ((hips, knees), (knees, ankles)))
    return Legs(hips - places["root"], thigh, shin)


def _rest_limbs(places: dict[str, Doubles]) -> RestLimbs:
    """How the limbs lie at rest, where arms are held away from the body."""
    arms, legs, palms = [], [], []
    for side in "LR":
        shoulder, elbow, wrist = (places[f"{name}.{side}"] for name in ("upperarm01", "lowerarm01", "wrist"))
        hip, knee, ankle = (places[f"{name}.{side}"] for name in ("upperleg01", "lowerleg01", "foot"))
        hinge = np.cross(wrist - elbow, elbow - shoulder)
        arms.append([frame(elbow - shoulder, hinge), frame(wrist - elbow, hinge)])
        legs.append([frame(knee - hip, X), frame(ankle - knee, X)])
        palms.append(places[f"finger2-1.{side}"] - places[f"finger5-1.{side}"])
    return RestLimbs(np.array(arms), np.array(legs), np.array(palms))


def _sole(foot: Doubles) -> Doubles:
    """Points of the sole: the corners of what lies lowest, so that all feet have as many."""
    low = foot[foot[:, 1] < foot[:, 1].min() + SOLE]
    directions = np.stack([[np.sin(angle), 0, np.cos(angle)] for angle in np.linspace(0, 2 * np.pi, 12, False)])
    corners = low[(directions @ low.T).argmax(axis=1)]
    corners[:, 1] = foot[:, 1].min()
    return np.asarray(corners)
