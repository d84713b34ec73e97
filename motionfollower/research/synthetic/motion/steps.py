"""Footwork of a dance phrase: step patterns keyframed to the beat, in leg lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.motion.keyframes import between_beats
from motionfollower.research.synthetic.motion.rotations import X, Y, axis_rotation
from motionfollower.research.synthetic.motion.types import Doubles
from motionfollower.research.synthetic.seeds import Random

LEFT, RIGHT = 0, 1
STANCE = 0.16  # distance of each foot from the centre
LIFT = 0.09  # height of a foot during a step
TOES_OUT = 0.22  # radians
HEEL_UP = 0.5  # radians at the middle of a step


@dataclass(frozen=True)
class Step:
    """One foot moves to (x, z) within a beat; with a `height` above 0 it ends in the air."""

    foot: int
    x: float
    z: float = 0.0
    height: float = 0.0


Pattern = tuple[Step | None, ...]

PATTERNS: tuple[Pattern, ...] = (
    (None,),  # feet rest
    (Step(LEFT, 0.42), Step(RIGHT, 0.1), Step(RIGHT, -0.42), Step(LEFT, -0.1)),  # side, together
    (Step(LEFT, 0.16, 0, 0.3), Step(LEFT, 0.16), Step(RIGHT, -0.16, 0, 0.3), Step(RIGHT, -0.16)),  # march
    (Step(LEFT, 0.16, 0.35), Step(LEFT, 0.16), Step(RIGHT, -0.16, -0.3), Step(RIGHT, -0.16)),  # mambo
    (Step(LEFT, 0.4), Step(RIGHT, 0.55, -0.16), Step(LEFT, 0.75), Step(RIGHT, 0.45),
     Step(RIGHT, -0.1), Step(LEFT, -0.2, -0.16), Step(RIGHT, -0.4), Step(LEFT, 0.0)),  # grapevine
    (Step(LEFT, 0.2, 0.4, 0.35), Step(LEFT, 0.16), Step(RIGHT, -0.2, 0.4, 0.35), Step(RIGHT, -0.16)),  # kicks
    (Step(LEFT, 0.5, 0.02, 0.2), Step(LEFT, 0.16), Step(RIGHT, -0.5, 0.02, 0.2), Step(RIGHT, -0.16)),  # side kicks
    (Step(LEFT, 0.34), Step(RIGHT, -0.34), None, None, Step(LEFT, 0.16), Step(RIGHT, -0.16)),  # out, out, in, in
    (Step(LEFT, -0.24, 0.2), Step(RIGHT, -0.34), Step(LEFT, 0.1), Step(RIGHT, -0.16)),  # crossing
    (Step(LEFT, 0.16, -0.4), None, Step(LEFT, 0.16), None, Step(RIGHT, -0.16, -0.4), None, Step(RIGHT, -0.16), None),
    (Step(LEFT, 0.4, 0.1), None, Step(LEFT, 0.14), None),  # taps to one side
)  # fmt: skip


@dataclass(frozen=True)
class Footwork:
    """Both feet over time: `positions` f64 [F, 2, 3] of the soles and `rotations` f64 [F, 2, 3, 3]."""

    positions: Doubles
    rotations: Doubles


def sample_steps(random: Random, beats: Doubles, snap: float) -> Footwork:
    """Draw a pattern, its width and its first foot."""
    pattern = PATTERNS[random.integers(len(PATTERNS))]
    keys = _foot_positions(pattern, int(np.ceil(beats[-1])) + 2, random.uniform(0.75, 1.2))
    if random.random() < 0.5:
        keys = keys[:, ::-1] * [-1, 1, 1]
    previous, following, fraction = between_beats(beats, len(keys), snap)
    steps = keys[following] - keys[previous]
    positions = keys[previous] + fraction[:, None, None] * steps
    arc = np.sin(np.pi * fraction)[:, None] * (np.abs(steps[..., [0, 2]]).max(axis=2) > 0.02)
    positions[..., 1] += LIFT * arc
    return Footwork(positions, _foot_rotations(arc, positions[..., 1]))


def _foot_positions(pattern: Pattern, keys: int, width: float) -> Doubles:
    """Foot positions at each beat, f64 [K, 2, 3]."""
    feet = np.array([[STANCE, 0, 0], [-STANCE, 0, 0]])
    positions = [feet]
    for step in (pattern[key % len(pattern)] for key in range(keys - 1)):
        feet = feet.copy()
        if step is not None:
            feet[step.foot] = [step.x * width, step.height, step.z * width]
        positions.append(feet)
    return np.stack(positions)


def _foot_rotations(arc: Doubles, height: Doubles) -> Doubles:
    """Foot rotations: toes point outward, and down while the foot is in the air."""
    outward = axis_rotation(Y, np.array([TOES_OUT, -TOES_OUT]))
    return outward @ axis_rotation(X, HEEL_UP * np.maximum(arc, np.clip(height / 0.3, 0, 1)))
