"""Dance phrases made to a beat: arms, torso and steps drawn at random, so that there is no end of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.research.synthetic.motion.arms import play_arms
from motionfollower.research.synthetic.motion.keys import play_values
from motionfollower.research.synthetic.motion.legs import ANKLE_HEIGHT, STRAIGHT, UNIT_LEGS
from motionfollower.research.synthetic.motion.rotations import X, Y, Z, about, interpolate
from motionfollower.research.synthetic.motion.steps import Footwork, play_steps
from motionfollower.research.synthetic.motion.types import ARMS, LEGS, Doubles, Motion, Segment
from motionfollower.research.synthetic.seeds import Random

STANDING = 0.955  # of the leg: how high the hips are over the ankles, knees a little soft
WEIGHT_SHIFT = 0.16  # seconds, over which the pelvis follows the feet
IN_THE_AIR = 0.15  # share of the weight that a lifted foot has


def make_phrase(seed: int, fps: float, frames: int) -> Motion:
    """A phrase of `frames` frames at `fps`; the same for the same seed."""
    random = np.random.default_rng(seed)
    beats = np.arange(frames) / fps * random.uniform(1.4, 2.3)
    snap = random.uniform(0.5, 1.0)
    torso = _draw_torso(random, beats, snap)
    feet = play_steps(random, beats, min(snap, 0.8))
    root = _carry(feet, torso.dip, fps)
    segments = np.broadcast_to(np.eye(3), (frames, len(Segment), 3, 3)).copy()
    segments[:, Segment.PELVIS], segments[:, Segment.CHEST] = torso.pelvis, torso.chest
    segments[:, Segment.HEAD] = torso.head
    arms = torso.chest[:, None, None] @ play_arms(random, beats, snap)
    for side, (upper, fore) in enumerate(ARMS):
        segments[:, upper], segments[:, fore] = arms[:, side, 0], arms[:, side, 1]
    return _put_on_feet(Motion(fps, root, segments), feet)


@dataclass(frozen=True)
class _Torso:
    """Turns of pelvis, chest and head f64 [F, 3, 3]; `dip` f64 [F] is how far the knees let the pelvis down."""

    pelvis: Doubles
    chest: Doubles
    head: Doubles
    dip: Doubles


def _draw_torso(random: Random, beats: Doubles, snap: float) -> _Torso:
    heading = np.radians(random.choice([0, 0, 0, 15, -15, 30, -30]))
    hips = heading + _groove(random, beats, 0.2)
    pelvis = about(Y, hips) @ about(Z, _groove(random, beats, 0.14)) @ about(X, 0.06 + _groove(random, beats, 0.08))
    bend = about(Y, _groove(random, beats, 0.25) + _accents(random, beats, snap, 0.18))
    bend = bend @ about(Z, _groove(random, beats, 0.14) + _accents(random, beats, snap, 0.1))
    chest = pelvis @ bend @ about(X, _groove(random, beats, 0.12))
    nod = about(Y, _accents(random, beats, snap, 0.25)) @ about(X, _groove(random, beats, 0.12))
    head = interpolate(chest, np.broadcast_to(about(Y, heading), chest.shape), np.array(0.6)) @ nod
    bounce = random.uniform(0.01, 0.05) * (0.5 - 0.5 * np.cos(2 * np.pi * beats))
    deep = np.maximum(_accents(random, beats, snap, 0.09), 0)
    return _Torso(pelvis, chest, head, bounce + deep)


def _groove(random: Random, beats: Doubles, most: float) -> Doubles:
    """A swing in time with the beat, radians f64 [F]."""
    period, phase = random.choice([1, 2, 2, 4]), random.choice([0, 0.25, 0.5])
    return np.asarray(random.uniform(0, most) * np.sin(2 * np.pi * (beats / period + phase)))


def _accents(random: Random, beats: Doubles, snap: float, deviation: float) -> Doubles:
    """Values around 0 that change from beat to beat, f64 [F]."""
    keys = random.normal(0, deviation, int(np.ceil(beats[-1])) + 2)
    return play_values(keys, beats, snap)


def _carry(feet: Footwork, dip: Doubles, fps: float) -> Doubles:
    """The pelvis over the feet that bear it, f64 [F, 3], as high as the legs reach."""
    weights = np.where(feet.places[..., 1] > 0.12, IN_THE_AIR, 1.0)[..., None]
    middle = (feet.places * weights).sum(axis=1) / weights.sum(axis=1)
    root = np.asarray(gaussian_filter1d(middle, WEIGHT_SHIFT * fps, axis=0, mode="nearest"))
    across = np.linalg.norm((feet.places - root[:, None])[..., [0, 2]], axis=2) - UNIT_LEGS.hips[0, 0]
    standing = np.where(feet.places[..., 1] > 0.12, 0.0, np.maximum(across, 0)).max(axis=1)
    reach = np.sqrt(np.maximum((0.99 * STRAIGHT) ** 2 - standing**2, 0.3))
    height = gaussian_filter1d(np.minimum(reach, STANDING), 0.08 * fps, mode="nearest") - dip
    root[:, 1] = ANKLE_HEIGHT - UNIT_LEGS.hips[0, 1] + height
    return root


def _put_on_feet(motion: Motion, feet: Footwork) -> Motion:
    """Give a motion the legs that its footwork asks for."""
    motion.segments[:, [leg[2] for leg in LEGS]] = feet.turns
    knees = interpolate(motion.segments[:, Segment.PELVIS, None], feet.turns, np.array(0.5))
    motion.segments[:, [leg[0] for leg in LEGS]] = knees
    ankles = feet.places + ANKLE_HEIGHT * feet.turns[..., 1]
    return UNIT_LEGS.reach(motion, ankles)
