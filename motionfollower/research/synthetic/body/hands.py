"""How wrists bend and fingers curl while somebody dances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles

RELAXED = 0.32  # radians a finger joint


@dataclass(frozen=True)
class Hands:
    """Left and right, in radians: `flex` of the wrist and `curl` of each finger joint, f64 [F, 2]."""

    flex: Doubles
    curl: Doubles


def lively_hands(frames: int, fps: float, seed: int) -> Hands:
    """Hands that move a little, each in its own rhythm."""
    random = np.random.default_rng(seed)
    seconds = np.arange(frames)[:, None] / fps

    def wave(amplitude: float) -> Doubles:
        return np.asarray(
            amplitude * np.sin(2 * np.pi * (random.uniform(0.5, 1.1, 2) * seconds + random.uniform(size=2)))
        )

    return Hands(flex=wave(0.25), curl=RELAXED + wave(0.17))
