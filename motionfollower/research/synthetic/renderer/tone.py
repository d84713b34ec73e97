"""Light to bytes: exposure, a film's curve, grain."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.renderer.colour import GAMMA
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats

BRIGHTEST = 8.0  # light that the table goes up to
STEPS = 1024  # of the table, for a light of 1
WHITE = 3.6  # the light that becomes white (extended Reinhard)
EXPOSURE = 1.15
CONTRAST = 0.45  # share of an S-shaped curve
GRAIN_SIZE = 1200
GRAIN_SHIFT = 64  # pixels: how far a frame's grain may be from the next one's


@cache
def _curve() -> Floats:
    light = EXPOSURE * np.linspace(0, BRIGHTEST, int(BRIGHTEST * STEPS) + 1)
    film = light * (1 + light / WHITE**2) / (1 + light)
    shown = np.clip(1.28 * film, 0, 1) ** (1 / GAMMA)
    return np.asarray(255 * (shown + CONTRAST * (shown**2 * (3 - 2 * shown) - shown)), np.float32)


@cache
def _grain() -> Floats:
    return np.random.default_rng(5).standard_normal((GRAIN_SIZE, GRAIN_SIZE)).astype(np.float32)


def develop(light: Floats, grain: float = 0.0, seed: int = 0) -> NDArray[np.uint8]:
    """Linear light f32 [H, W, 3] as a picture uint8 [H, W, 3], with `grain` levels of grain, another for each seed."""
    picture = np.empty(light.shape, np.uint8)
    height, width = light.shape[:2]
    down, right = np.random.default_rng(seed).integers(GRAIN_SHIFT, size=2)
    rows, columns = (down + np.arange(height)) % GRAIN_SIZE, (right + np.arange(width)) % GRAIN_SIZE
    noise = np.float32(grain) * _grain()[np.ix_(rows, columns)]
    _develop(np.ascontiguousarray(light), _curve(), noise, picture)
    return picture


@compiled
def _develop(light: Floats, curve: Floats, grain: Floats, picture: NDArray[np.uint8]) -> None:
    height, width, channels = light.shape
    for y in range(height):
        for x in range(width):
            for channel in range(channels):
                place = min(max(light[y, x, channel], 0.0), 0.999 * BRIGHTEST) * STEPS
                below = int(place)
                level = curve[below] + (place - below) * (curve[below + 1] - curve[below])
                picture[y, x, channel] = np.uint8(min(max(level + grain[y, x] + 0.5, 0.0), 255.0))
