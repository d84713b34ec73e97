"""Values at beats, and the ease between them."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.motion.rotations import interpolate
from motionfollower.research.synthetic.motion.types import Doubles


def ease(share: Doubles) -> Doubles:
    """Slow at both ends: [0, 1] onto itself."""
    inside = np.clip(share, 0, 1)
    return np.asarray(inside**2 * (3 - 2 * inside))


def between_beats(beats: Doubles, keys: int, snap: float) -> tuple[np.ndarray, np.ndarray, Doubles]:
    """For times in beats f64 [F]: the key before, the key after, and how far the way is done.

    Keys sit at whole beats. A move takes the share `snap` of its beat, then it is held.
    """
    before = np.clip(beats.astype(int), 0, keys - 1)
    after = np.minimum(before + 1, keys - 1)
    return before, after, ease((beats - before) / snap)


def play_values(values: Doubles, beats: Doubles, snap: float) -> Doubles:
    """Values f64 [K, …] at whole beats as values f64 [F, …] at the times `beats`."""
    before, after, share = between_beats(beats, len(values), snap)
    weights = share.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[before] * (1 - weights) + values[after] * weights)


def play_turns(turns: Doubles, beats: Doubles, snap: float) -> Doubles:
    """Rotations f64 [K, 3, 3] at whole beats as rotations f64 [F, 3, 3] at the times `beats`."""
    before, after, share = between_beats(beats, len(turns), snap)
    return interpolate(turns[before], turns[after], share)
