"""Steps of a dance phrase: where the feet are at beats, in lengths of the leg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.motion.keys import between_beats
from motionfollower.research.synthetic.motion.rotations import X, Y, about
from motionfollower.research.synthetic.motion.types import Doubles
from motionfollower.research.synthetic.seeds import Random

LEFT, RIGHT = 0, 1
STANCE = 0.16  # from the middle to each foot
LIFT = 0.09  # how high a step lifts the foot
TOES_OUT = 0.22  # radians
HEEL_UP = 0.5  # radians, in the middle of a step


@dataclass(frozen=True)
class Step:
    """One foot goes to (x, z) within a beat; at a `height` above 0 it ends in the air."""

    foot: int
    x: float
    z: float = 0.0
    height: float = 0.0


Pattern = tuple[Step | None, ...]

PATTERNS: tuple[Pattern, ...] = (
    (None,),  # feet stay
    (Step(LEFT, 0.42), Step(RIGHT, 0.1), Step(RIGHT, -0.42), Step(LEFT, -0.1)),  # side, together
    (Step(LEFT, 0.16, 0, 0.3), Step(LEFT, 0.16), Step(RIGHT, -0.16, 0, 0.3), Step(RIGHT, -0.16)),  # march
    (Step(LEFT, 0.16, 0.35), Step(LEFT, 0.16), Step(RIGHT, -0.16, -0.3), Step(RIGHT, -0.16)),  # mambo
    (Step(LEFT, 0.4), Step(RIGHT, 0.55, -0.16), Step(LEFT, 0.75), Step(RIGHT, 0.45),
     Step(RIGHT, -0.1), Step(LEFT, -0.2, -0.16), Step(RIGHT, -0.4), Step(LEFT, 0.0)),  # grapevine
    (Step(LEFT, 0.2, 0.4, 0.35), Step(LEFT, 0.16), Step(RIGHT, -0.2, 0.4, 0.35), Step(RIGHT, -0.16)),  # kicks
    (Step(LEFT, 0.5, 0.02, 0.2), Step(LEFT, 0.16), Step(RIGHT, -0.5, 0.02, 0.2), Step(RIGHT, -0.16)),  # side kicks
    (Step(LEFT, 0.34), Step(RIGHT, -0.34), None, None, Step(LEFT, 0.16), Step(RIGHT, -0.16)),  # out, out, in, in
    (Step(LEFT, -0.24, 0.2), Step(RIGHT, -0.34), Step(LEFT, 0.1), Step(RIGHT, -0.16)),  # across
    (Step(LEFT, 0.16, -0.4), None, Step(LEFT, 0.16), None, Step(RIGHT, -0.16, -0.4), None, Step(RIGHT, -0.16), None),
    (Step(LEFT, 0.4, 0.1), None, Step(LEFT, 0.14), None),  # taps to one side
)  # fmt: skip


@dataclass(frozen=True)
class Footwork:
    """Both feet over time: `places` f64 [F, 2, 3] of the soles, and how they turn, f64 [F, 2, 3, 3]."""

    places: Doubles
    turns: Doubles


def play_steps(random: Random, beats: Doubles, snap: float) -> Footwork:
    """A pattern drawn at random, its width and its first foot too."""
    pattern = PATTERNS[random.integers(len(PATTERNS))]
    keys = _walk(pattern, int(np.ceil(beats[-1])) + 2, random.uniform(0.75, 1.2))
    if random.random() < 0.5:
        keys = keys[:, ::-1] * [-1, 1, 1]
    before, after, share = between_beats(beats, len(keys), snap)
    steps = keys[after] - keys[before]
    places = keys[before] + share[:, None, None] * steps
    arc = np.sin(np.pi * share)[:, None] * (np.abs(steps[..., [0, 2]]).max(axis=2) > 0.02)
    places[..., 1] += LIFT * arc
    return Footwork(places, _turns(arc, places[..., 1]))


def _walk(pattern: Pattern, keys: int, width: float) -> Doubles:
    """Where the feet are at each beat, f64 [K, 2, 3]."""
    feet = np.array([[STANCE, 0, 0], [-STANCE, 0, 0]])
    places = [feet]
    for step in (pattern[key % len(pattern)] for key in range(keys - 1)):
        feet = feet.copy()
        if step is not None:
            feet[step.foot] = [step.x * width, step.height, step.z * width]
        places.append(feet)
    return np.stack(places)


def _turns(arc: Doubles, height: Doubles) -> Doubles:
    """Feet point outward; what is in the air lets its toes hang."""
    outward = about(Y, np.array([TOES_OUT, -TOES_OUT]))
    return outward @ about(X, HEEL_UP * np.maximum(arc, np.clip(height / 0.3, 0, 1)))
