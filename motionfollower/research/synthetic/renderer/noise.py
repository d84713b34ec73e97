"""Tileable noise textures and their bilinear lookup."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats

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
    """Noise f32 [size, size] of mean 0 and standard deviation 1 with amplitude spectrum 1 / f ** `falloff`.

    The spectrum is limited to frequencies from `lowest` to `highest` in periods per image; `stretch` compresses it
    in (x, y).
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
    """All noise channels, f32 [512, 512, 6]; shared by all scenes."""
    channels = [
        spectral_noise(3, 1.7, 2),
        spectral_noise(4, 0.3, 20),
        spectral_noise(5, 0.6, 6, 200, (1, 14)),
        *_folds(6),
        spectral_noise(9, 0.9, 8, 90, (1, 4)),
    ]
    return np.ascontiguousarray(np.stack(channels, axis=-1))


def _folds(seed: int) -> tuple[Floats, Floats]:
    """The gradient (x, y) of a height field with creases."""
    ridges, warp = spectral_noise(seed, 1.6, 3, 26), spectral_noise(seed + 1, 2, 1, 8)
    y, x = np.mgrid[:SIZE, :SIZE]
    creased = np.abs(ridges[(y + warp * 9).astype(int) % SIZE, (x + warp * 14).astype(int) % SIZE]) ** 0.8
    soft = cv2.GaussianBlur(np.tile(creased, (3, 3)), (0, 0), 2.0)[SIZE : 2 * SIZE, SIZE : 2 * SIZE]
    down, right = np.gradient(soft)
    deviation = right.std()
    return np.asarray(right / deviation, np.float32), np.asarray(down / deviation, np.float32)


@compiled
def sample_noise(table: Floats, u: float, v: float, channel: int) -> float:
    """A channel's value at (u, v), of period 1, interpolated bilinearly."""
    x = (u + 64.0) * SIZE
    y = (v + 64.0) * SIZE
    left, top = int(x), int(y)
    weight_x, weight_y = x - left, y - top
    left, top = left & (SIZE - 1), top & (SIZE - 1)
    right, bottom = (left + 1) & (SIZE - 1), (top + 1) & (SIZE - 1)
    above = table[top, left, channel] * (1 - weight_x) + table[top, right, channel] * weight_x
    below = table[bottom, left, channel] * (1 - weight_x) + table[bottom, right, channel] * weight_x
    return float(above * (1 - weight_y) + below * weight_y)
