"""Procedural dance phrases: random motion of arms, torso and feet, keyframed to a beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.research.synthetic.motion.arms import sample_arms
from motionfollower.research.synthetic.motion.keyframes import interpolate_values
from motionfollower.research.synthetic.motion.legs import ANKLE_HEIGHT, MAX_EXTENSION, UNIT_LEGS
from motionfollower.research.synthetic.motion.rotations import X, Y, Z, axis_rotation, interpolate
from motionfollower.research.synthetic.motion.steps import Footwork, sample_steps
from motionfollower.research.synthetic.motion.types import ARMS, LEGS, Doubles, Motion, Segment
from motionfollower.research.synthetic.seeds import Random

STANDING = 0.955  # leg lengths: height of the hips above the ankles, with slightly bent knees
WEIGHT_SHIFT = 0.16  # seconds: smoothing of the pelvis over the feet
LIFTED_FOOT_WEIGHT = 0.15  # weight of a lifted foot in the centre of both


def make_phrase(seed: int, fps: float, frames: int) -> Motion:
    """Draw a phrase of `frames` frames at `fps`; deterministic for a seed."""
    random = np.random.default_rng(seed)
    beats = np.arange(frames) / fps * random.uniform(1.4, 2.3)
    snap = random.uniform(0.5, 1.0)
    torso = _sample_torso(random, beats, snap)
    feet = sample_steps(random, beats, min(snap, 0.8))
    root = _pelvis_over_feet(feet, torso.dip, fps)
    segments = np.broadcast_to(np.eye(3), (frames, len(Segment), 3, 3)).copy()
    segments[:, Segment.PELVIS], segments[:, Segment.CHEST] = torso.pelvis, torso.chest
    segments[:, Segment.HEAD] = torso.head
    arms = torso.chest[:, None, None] @ sample_arms(random, beats, snap)
    for side, (upper, fore) in enumerate(ARMS):
        segments[:, upper], segments[:, fore] = arms[:, side, 0], arms[:, side, 1]
    return _solve_legs(Motion(fps, root, segments), feet)


@dataclass(frozen=True)
class _Torso:
    """Rotations of pelvis, chest and head f64 [F, 3, 3]; `dip` f64 [F] is how far bent knees lower the pelvis."""

    pelvis: Doubles
    chest: Doubles
    head: Doubles
    dip: Doubles


def _sample_torso(random: Random, beats: Doubles, snap: float) -> _Torso:
    heading = np.radians(random.choice([0, 0, 0, 15, -15, 30, -30]))
    hips = heading + _groove(random, beats, 0.2)
    pelvis = (
        axis_rotation(Y, hips)
        @ axis_rotation(Z, _groove(random, beats, 0.14))
        @ axis_rotation(X, 0.06 + _groove(random, beats, 0.08))
    )
    bend = axis_rotation(Y, _groove(random, beats, 0.25) + _accents(random, beats, snap, 0.18))
    bend = bend @ axis_rotation(Z, _groove(random, beats, 0.14) + _accents(random, beats, snap, 0.1))
    chest = pelvis @ bend @ axis_rotation(X, _groove(random, beats, 0.12))
    nod = axis_rotation(Y, _accents(random, beats, snap, 0.25)) @ axis_rotation(X, _groove(random, beats, 0.12))
    head = interpolate(chest, np.broadcast_to(axis_rotation(Y, heading), chest.shape), np.array(0.6)) @ nod
    bounce = random.uniform(0.01, 0.05) * (0.5 - 0.5 * np.cos(2 * np.pi * beats))
    deep = np.maximum(_accents(random, beats, snap, 0.09), 0)
    return _Torso(pelvis, chest, head, bounce + deep)


def _groove(random: Random, beats: Doubles, max_amplitude: float) -> Doubles:
    """A sinusoidal sway in time with the beat, f64 [F] in radians."""
    period, phase = random.choice([1, 2, 2, 4]), random.choice([0, 0.25, 0.5])
    return np.asarray(random.uniform(0, max_amplitude) * np.sin(2 * np.pi * (beats / period + phase)))


def _accents(random: Random, beats: Doubles, snap: float, deviation: float) -> Doubles:
    """Random values around 0, keyframed at every beat, f64 [F]."""
    keys = random.normal(0, deviation, int(np.ceil(beats[-1])) + 2)
    return interpolate_values(keys, beats, snap)


def _pelvis_over_feet(feet: Footwork, dip: Doubles, fps: float) -> Doubles:
    """Positions of the pelvis f64 [F, 3]: over the supporting feet, as high as the legs reach."""
    weights = np.where(feet.positions[..., 1] > 0.12, LIFTED_FOOT_WEIGHT, 1.0)[..., None]
    middle = (feet.positions * weights).sum(axis=1) / weights.sum(axis=1)
    root = np.asarray(gaussian_filter1d(middle, WEIGHT_SHIFT * fps, axis=0, mode="nearest"))
    across = np.linalg.norm((feet.positions - root[:, None])[..., [0, 2]], axis=2) - UNIT_LEGS.hips[0, 0]
    standing = np.where(feet.positions[..., 1] > 0.12, 0.0, np.maximum(across, 0)).max(axis=1)
    reach = np.sqrt(np.maximum((0.99 * MAX_EXTENSION) ** 2 - standing**2, 0.3))
    height = gaussian_filter1d(np.minimum(reach, STANDING), 0.08 * fps, mode="nearest") - dip
    root[:, 1] = ANKLE_HEIGHT - UNIT_LEGS.hips[0, 1] + height
    return root


def _solve_legs(motion: Motion, feet: Footwork) -> Motion:
    """Solve the legs of a motion for its footwork, in place."""
    motion.segments[:, [leg[2] for leg in LEGS]] = feet.rotations
    knees = interpolate(motion.segments[:, Segment.PELVIS, None], feet.rotations, np.array(0.5))
    motion.segments[:, [leg[0] for leg in LEGS]] = knees
    ankles = feet.positions + ANKLE_HEIGHT * feet.rotations[..., 1]
    return UNIT_LEGS.reach(motion, ankles)
