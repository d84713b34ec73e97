"""Smooth random pictures that repeat, and their values anywhere."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.renderer.jit import compiled

Floats = NDArray[np.float32]

SIZE = 512
CLOUDS, GRAIN, STRANDS, FOLD_U, FOLD_V, CLUMPS = range(6)  # the channels of the noise


def spectral_noise(
    seed: int,
    falloff: float,
    lowest: float,
    highest: float = 1e9,
    stretch: tuple[float, float] = (1, 1),
    size: int = SIZE,
) -> Floats:
    """Noise f32 [size, size] with mean 0, deviation 1, and a spectrum that falls by the power `falloff`.

    Frequencies from `lowest` to `highest`, in periods a picture, remain; `stretch` squeezes it in (x, y).
    """
    white = np.fft.fft2(np.random.default_rng(seed).standard_normal((size, size)))
    v, u = np.meshgrid(
        np.fft.fftfreq(size) * size * stretch[1], np.fft.fftfreq(size) * size * stretch[0], indexing="ij"
    )
    frequency = np.hypot(u, v)
    frequency[0, 0] = np.inf
    spectrum = np.where((frequency >= lowest) & (frequency <= highest), frequency**-falloff, 0)
    noise = np.fft.ifft2(white * spectrum).real
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


@cache
def noise_table() -> Floats:
    """All channels, f32 [512, 512, 6]; the same for everybody."""
    channels = [
        spectral_noise(3, 1.7, 2),
        spectral_noise(4, 0.3, 20),
        spectral_noise(5, 0.6, 6, 200, (1, 14)),
        *_folds(6),
        spectral_noise(9, 0.9, 8, 90, (1, 4)),
    ]
    return np.ascontiguousarray(np.stack(channels, axis=-1))


def _folds(seed: int) -> tuple[Floats, Floats]:
    """The slopes of a field of creases."""
    ridges, warp = spectral_noise(seed, 1.6, 3, 26), spectral_noise(seed + 1, 2, 1, 8)
    y, x = np.mgrid[:SIZE, :SIZE]
    creased = np.abs(ridges[(y + warp * 9).astype(int) % SIZE, (x + warp * 14).astype(int) % SIZE]) ** 0.8
    soft = cv2.GaussianBlur(np.tile(creased, (3, 3)), (0, 0), 2.0)[SIZE : 2 * SIZE, SIZE : 2 * SIZE]
    down, right = np.gradient(soft)
    deviation = right.std()
    return np.asarray(right / deviation, np.float32), np.asarray(down / deviation, np.float32)


@compiled
def look_up(table: Floats, u: float, v: float, channel: int) -> float:
    """A channel's value at (u, v), which repeats at whole numbers; between its points it is interpolated."""
    x = (u + 64.0) * SIZE
    y = (v + 64.0) * SIZE
    left, top = int(x), int(y)
    share_x, share_y = x - left, y - top
    left, top = left & (SIZE - 1), top & (SIZE - 1)
    right, bottom = (left + 1) & (SIZE - 1), (top + 1) & (SIZE - 1)
    above = table[top, left, channel] * (1 - share_x) + table[top, right, channel] * share_x
    below = table[bottom, left, channel] * (1 - share_x) + table[bottom, right, channel] * share_x
    return float(above * (1 - share_y) + below * share_y)
