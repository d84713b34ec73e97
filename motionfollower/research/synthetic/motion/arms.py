"""Arms of a dance phrase: poses at beats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from motionfollower.research.synthetic.motion.keys import play_turns
from motionfollower.research.synthetic.motion.rotations import X, Y, Z, about
from motionfollower.research.synthetic.motion.types import Doubles
from motionfollower.research.synthetic.seeds import Random


@dataclass(frozen=True)
class ArmPose:
    """A left arm, in degrees from hanging: lifted to the side and forward, turned outward, bent at the elbow."""

    side: float
    forward: float
    outward: float
    elbow: float

    def turns(self) -> tuple[Doubles, Doubles]:
        """Upper arm and forearm, relative to the chest."""
        side, forward, outward, elbow = np.radians([self.side, self.forward, self.outward, self.elbow])
        upper = about(Z, side) @ about(X, -forward) @ about(Y, outward)
        return upper, upper @ about(X, -elbow)


HANGING = ArmPose(9, 2, 0, 12)
ON_HIP = ArmPose(48, -18, -60, 98)
POSES = (
    HANGING,
    ON_HIP,
    ArmPose(88, 5, 0, 8),  # out to the side
    ArmPose(168, 8, 0, 12),  # straight up
    ArmPose(130, 12, 10, 20),  # up and out
    ArmPose(8, 88, 0, 10),  # straight ahead
    ArmPose(20, 135, 0, 25),  # ahead and up
    ArmPose(88, 4, 88, 92),  # goalpost
    ArmPose(84, 8, -80, 88),  # goalpost, upside down
    ArmPose(58, 28, -72, 115),  # before the chest
    ArmPose(30, 40, -25, 120),  # fist at the shoulder
    ArmPose(104, 12, 78, 138),  # behind the head
    ArmPose(35, -30, 10, 15),  # back
    ArmPose(25, 60, -40, 75),  # pointing across
    ArmPose(45, 45, 20, 60),  # open, low
    ArmPose(60, 70, 0, 15),  # open, ahead
)


class Partnership(IntEnum):
    """What the right arm does."""

    MIRRORED = 0
    A_BEAT_LATER = 1
    ITS_OWN = 2
    RESTING = 3


def play_arms(random: Random, beats: Doubles, snap: float) -> Doubles:
    """Both arms relative to the chest, f64 [F, 2, 2, 3, 3]: left then right, upper arm then forearm."""
    keys = int(np.ceil(beats[-1])) + 2
    left = _draw_poses(random, keys)
    partner = Partnership(int(random.integers(len(Partnership))))
    if partner is Partnership.MIRRORED:
        right = left
    elif partner is Partnership.A_BEAT_LATER:
        right = [left[0], *left[:-1]]
    elif partner is Partnership.ITS_OWN:
        right = _draw_poses(random, keys)
    else:
        right = [HANGING if random.random() < 0.4 else ON_HIP] * keys
    flip = np.diag([-1.0, 1.0, 1.0])
    arms = np.stack([_play(left, beats, snap), flip @ _play(right, beats, snap) @ flip], axis=1)
    return arms if random.random() < 0.5 else flip @ arms[:, ::-1] @ flip


def _draw_poses(random: Random, keys: int) -> list[ArmPose]:
    """Two to four poses in turn, each held for a beat or two."""
    chosen = [POSES[index] for index in random.choice(len(POSES), random.integers(2, 5), replace=False)]
    hold = 1 if random.random() < 0.6 else 2
    return [_vary(random, chosen[key // hold % len(chosen)]) for key in range(keys)]


def _vary(random: Random, pose: ArmPose) -> ArmPose:
    side, forward, outward, elbow = random.normal(0, 5, 4)
    return ArmPose(pose.side + side, pose.forward + forward, pose.outward + outward, float(max(4, pose.elbow + elbow)))


def _play(poses: list[ArmPose], beats: Doubles, snap: float) -> Doubles:
    uppers, forearms = (np.stack(bone) for bone in zip(*(pose.turns() for pose in poses), strict=True))
    return np.stack([play_turns(uppers, beats, snap), play_turns(forearms, beats, snap)], axis=1)
