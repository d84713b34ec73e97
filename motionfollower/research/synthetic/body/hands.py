"""Idle motion of the hands: wrist flexion and finger curl."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles

RELAXED = 0.32  # radians per finger joint


@dataclass(frozen=True)
class Hands:
    """Wrist angle `flex` and angle `curl` of each finger joint, left and right, f64 [F, 2] in radians."""

    flex: Doubles
    curl: Doubles


def idle_hand_motion(frames: int, fps: float, seed: int) -> Hands:
    """Small periodic motion of the hands, each at its own frequency."""
    random = np.random.default_rng(seed)
    seconds = np.arange(frames)[:, None] / fps

    def wave(amplitude: float) -> Doubles:
        return np.asarray(
            amplitude * np.sin(2 * np.pi * (random.uniform(0.5, 1.1, 2) * seconds + random.uniform(size=2)))
        )

    return Hands(flex=wave(0.25), curl=RELAXED + wave(0.17))
