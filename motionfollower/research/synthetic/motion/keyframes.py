"""Interpolation between keyframes at beats, with easing."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.motion.rotations import interpolate
from motionfollower.research.synthetic.motion.types import Doubles


def ease(fraction: Doubles) -> Doubles:
    """Smoothstep: map [0, 1] to itself with zero slope at both ends."""
    inside = np.clip(fraction, 0, 1)
    return np.asarray(inside**2 * (3 - 2 * inside))


def between_beats(beats: Doubles, keys: int, snap: float) -> tuple[np.ndarray, np.ndarray, Doubles]:
    """For times in beats f64 [F]: the previous key, the following key, and the eased fraction between them.

    Keys are at whole beats. A transition takes the fraction `snap` of its beat, then the key is held.
    """
    previous = np.clip(beats.astype(int), 0, keys - 1)
    following = np.minimum(previous + 1, keys - 1)
    return previous, following, ease((beats - previous) / snap)


def interpolate_values(values: Doubles, beats: Doubles, snap: float) -> Doubles:
    """Interpolate keys f64 [K, …] at whole beats to the times `beats`, f64 [F, …]."""
    previous, following, fraction = between_beats(beats, len(values), snap)
    weights = fraction.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[previous] * (1 - weights) + values[following] * weights)


def interpolate_rotations(rotations: Doubles, beats: Doubles, snap: float) -> Doubles:
    """Interpolate keys f64 [K, 3, 3], rotations at whole beats, to the times `beats`, f64 [F, 3, 3]."""
    previous, following, fraction = between_beats(beats, len(rotations), snap)
    return interpolate(rotations[previous], rotations[following], fraction)
