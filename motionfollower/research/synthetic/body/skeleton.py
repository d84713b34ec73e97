"""The skeleton of one body: bones at rest and posed by a motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles, Rig
from motionfollower.research.synthetic.body.bone_rotations import RestLimbs, bone_rotations
from motionfollower.research.synthetic.body.hands import Hands
from motionfollower.research.synthetic.body.morph import mean_of
from motionfollower.research.synthetic.motion.legs import Legs
from motionfollower.research.synthetic.motion.rotations import X, limb_frame
from motionfollower.research.synthetic.motion.types import Motion

SOLE = 0.015  # metres above the lowest vertex: the part of a foot that touches the floor


@dataclass(frozen=True)
class Posed:
    """Posed bones: rotations from rest f64 [F, B, 3, 3] and head positions f64 [F, B, 3] in the world."""

    rotations: Doubles
    positions: Doubles

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True)
class Skeleton:
    """The bones of `rig` for one body; `heads` f64 [B, 3] are their starts at rest in metres.

    `soles` f64 [2, N, 3] are the points of the feet that touch the floor, relative to the ankles.
    """

    rig: Rig
    heads: Doubles
    legs: Legs
    limbs: RestLimbs
    soles: Doubles

    @classmethod
    def of(cls, rig: Rig, vertices: Doubles, feet: tuple[np.ndarray, np.ndarray]) -> Skeleton:
        """The skeleton of a body `vertices` f64 [V, 3]; `feet` are the vertex indices of its left and right foot."""
        heads = np.stack([mean_of(vertices, indices) for indices in rig.heads])
        joints = dict(zip(rig.names, heads, strict=True))
        soles = [_sole(vertices[foot] - joints[f"foot.{side}"]) for foot, side in zip(feet, "LR", strict=True)]
        return cls(rig, heads, _make_legs(joints), _rest_limbs(joints), np.stack(soles))

    def bone(self, name: str) -> int:
        """The index of a bone."""
        return self.rig.names.index(name)

    def pose(self, motion: Motion, hands: Hands) -> Posed:
        """Forward kinematics of a motion whose root is in metres."""
        rotations = bone_rotations(self.rig, self.limbs, motion.segments, hands)
        positions = np.empty((*rotations.shape[:2], 3))
        for bone, parent in enumerate(self.rig.parents):
            if parent < 0:
                positions[:, bone] = motion.root
            else:
                offset = self.heads[bone] - self.heads[parent]
                positions[:, bone] = positions[:, parent] + rotations[:, parent] @ offset
        return Posed(rotations, positions)


def _make_legs(joints: dict[str, Doubles]) -> Legs:
    hips, knees, ankles = (
        np.stack([joints[f"{name}.{side}"] for side in "LR"]) for name in ("upperleg01", "lowerleg01", "foot")
    )
    thigh, shin = (float(np.linalg.norm(end - start, axis=1).mean()) for start, end in ((hips, knees), (knees, ankles)))
    return Legs(hips - joints["root"], thigh, shin)


def _rest_limbs(joints: dict[str, Doubles]) -> RestLimbs:
    """The coordinate frames of the limbs in the rest pose, an A-pose."""
    arms, legs, palms = [], [], []
    for side in "LR":
        shoulder, elbow, wrist = (joints[f"{name}.{side}"] for name in ("upperarm01", "lowerarm01", "wrist"))
        hip, knee, ankle = (joints[f"{name}.{side}"] for name in ("upperleg01", "lowerleg01", "foot"))
        hinge = np.cross(wrist - elbow, elbow - shoulder)
        arms.append([limb_frame(elbow - shoulder, hinge), limb_frame(wrist - elbow, hinge)])
        legs.append([limb_frame(knee - hip, X), limb_frame(ankle - knee, X)])
        palms.append(joints[f"finger2-1.{side}"] - joints[f"finger5-1.{side}"])
    return RestLimbs(np.array(arms), np.array(legs), np.array(palms))


def _sole(foot: Doubles) -> Doubles:
    """Twelve points of the sole: the extreme points of the lowest vertices in as many directions."""
    low = foot[foot[:, 1] < foot[:, 1].min() + SOLE]
    directions = np.stack([[np.sin(angle), 0, np.cos(angle)] for angle in np.linspace(0, 2 * np.pi, 12, False)])
    corners = low[(directions @ low.T).argmax(axis=1)]
    corners[:, 1] = foot[:, 1].min()
    return np.asarray(corners)
