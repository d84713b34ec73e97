"""Tone mapping of linear light to 8-bit sRGB: exposure, film curve, grain."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.renderer.colour import GAMMA
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats

BRIGHTEST = 8.0  # upper end of the lookup table, in linear light
STEPS = 1024  # table entries per unit of light
WHITE = 3.6  # white point (extended Reinhard)
EXPOSURE = 1.15
CONTRAST = 0.45  # weight of an S-shaped curve
GRAIN_SIZE = 1200  # pixels a side
GRAIN_SHIFT = 64  # pixels: maximum random offset of a frame's grain


@cache
def _curve() -> Floats:
    light = EXPOSURE * np.linspace(0, BRIGHTEST, int(BRIGHTEST * STEPS) + 1)
    film = light * (1 + light / WHITE**2) / (1 + light)
    shown = np.clip(1.28 * film, 0, 1) ** (1 / GAMMA)
    return np.asarray(255 * (shown + CONTRAST * (shown**2 * (3 - 2 * shown) - shown)), np.float32)


@cache
def _grain() -> Floats:
    return np.random.default_rng(5).standard_normal((GRAIN_SIZE, GRAIN_SIZE)).astype(np.float32)


def tone_map(light: Floats, grain: float = 0.0, seed: int = 0) -> NDArray[np.uint8]:
    """Tone-map linear light f32 [H, W, 3] to uint8 [H, W, 3], with film grain of `grain` levels placed by `seed`."""
    image = np.empty(light.shape, np.uint8)
    height, width = light.shape[:2]
    down, right = np.random.default_rng(seed).integers(GRAIN_SHIFT, size=2)
    rows, columns = (down + np.arange(height)) % GRAIN_SIZE, (right + np.arange(width)) % GRAIN_SIZE
    noise = np.float32(grain) * _grain()[np.ix_(rows, columns)]
    _tone_map(np.ascontiguousarray(light), _curve(), noise, image)
    return image


@compiled
def _tone_map(light: Floats, curve: Floats, grain: Floats, image: NDArray[np.uint8]) -> None:
    height, width, channels = light.shape
    for y in range(height):
        for x in range(width):
            for channel in range(channels):
                position = min(max(light[y, x, channel], 0.0), 0.999 * BRIGHTEST) * STEPS
                below = int(position)
                level = curve[below] + (position - below) * (curve[below + 1] - curve[below])
                image[y, x, channel] = np.uint8(min(max(level + grain[y, x] + 0.5, 0.0), 255.0))
