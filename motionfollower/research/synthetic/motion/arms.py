"""Arm motion of a dance phrase: random poses keyframed to the beat."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from motionfollower.research.synthetic.motion.keyframes import interpolate_rotations
from motionfollower.research.synthetic.motion.rotations import X, Y, Z, axis_rotation
from motionfollower.research.synthetic.motion.types import Doubles
from motionfollower.research.synthetic.seeds import Random


@dataclass(frozen=True)
class ArmPose:
    """Pose of the left arm in degrees from hanging: raised sideways and forward, rotated outward, elbow flexion."""

    side: float
    forward: float
    outward: float
    elbow: float

    def rotations(self) -> tuple[Doubles, Doubles]:
        """Rotations of upper arm and forearm relative to the chest."""
        side, forward, outward, elbow = np.radians([self.side, self.forward, self.outward, self.elbow])
        upper = axis_rotation(Z, side) @ axis_rotation(X, -forward) @ axis_rotation(Y, outward)
        return upper, upper @ axis_rotation(X, -elbow)


HANGING = ArmPose(9, 2, 0, 12)
ON_HIP = ArmPose(48, -18, -60, 98)
POSES = (
    HANGING,
    ON_HIP,
    ArmPose(88, 5, 0, 8),  # sideways
    ArmPose(168, 8, 0, 12),  # straight up
    ArmPose(130, 12, 10, 20),  # up and sideways
    ArmPose(8, 88, 0, 10),  # straight forward
    ArmPose(20, 135, 0, 25),  # forward and up
    ArmPose(88, 4, 88, 92),  # goalpost
    ArmPose(84, 8, -80, 88),  # inverted goalpost
    ArmPose(58, 28, -72, 115),  # in front of the chest
    ArmPose(30, 40, -25, 120),  # fist at the shoulder
    ArmPose(104, 12, 78, 138),  # behind the head
    ArmPose(35, -30, 10, 15),  # backward
    ArmPose(25, 60, -40, 75),  # pointing across
    ArmPose(45, 45, 20, 60),  # open, low
    ArmPose(60, 70, 0, 15),  # open, forward
)


class Partnership(IntEnum):
    """Relation of the right arm's motion to the left arm's."""

    MIRRORED = 0
    DELAYED = 1
    INDEPENDENT = 2
    RESTING = 3


def sample_arms(random: Random, beats: Doubles, snap: float) -> Doubles:
    """Draw rotations of both arms relative to the chest, f64 [F, 2, 2, 3, 3]: left first, upper arm first."""
    keys = int(np.ceil(beats[-1])) + 2
    left = _sample_poses(random, keys)
    partner = Partnership(int(random.integers(len(Partnership))))
    if partner is Partnership.MIRRORED:
        right = left
    elif partner is Partnership.DELAYED:
        right = [left[0], *left[:-1]]
    elif partner is Partnership.INDEPENDENT:
        right = _sample_poses(random, keys)
    else:
        right = [HANGING if random.random() < 0.4 else ON_HIP] * keys
    flip = np.diag([-1.0, 1.0, 1.0])
    arms = np.stack(
        [_interpolate_poses(left, beats, snap), flip @ _interpolate_poses(right, beats, snap) @ flip], axis=1
    )
    return arms if random.random() < 0.5 else flip @ arms[:, ::-1] @ flip


def _sample_poses(random: Random, keys: int) -> list[ArmPose]:
    """Cycle through two to four random poses, each held for one or two beats."""
    selected = [POSES[index] for index in random.choice(len(POSES), random.integers(2, 5), replace=False)]
    hold = 1 if random.random() < 0.6 else 2
    return [_vary(random, selected[key // hold % len(selected)]) for key in range(keys)]


def _vary(random: Random, pose: ArmPose) -> ArmPose:
    side, forward, outward, elbow = random.normal(0, 5, 4)
    return ArmPose(pose.side + side, pose.forward + forward, pose.outward + outward, float(max(4, pose.elbow + elbow)))


def _interpolate_poses(poses: list[ArmPose], beats: Doubles, snap: float) -> Doubles:
    uppers, forearms = (np.stack(bone) for bone in zip(*(pose.rotations() for pose in poses), strict=True))
    return np.stack([interpolate_rotations(uppers, beats, snap), interpolate_rotations(forearms, beats, snap)], axis=1)
