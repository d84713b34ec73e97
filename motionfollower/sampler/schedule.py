"""The diffusion schedule: signal levels ᾱ and the timesteps that a run visits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from motionfollower.models.config import ScheduleConfig

TRAIN_STEPS = 1000


@dataclass(frozen=True)
class Schedule:
    """The run's timesteps, noisiest first, and ᾱ at each."""

    timesteps: tuple[int, ...]
    alpha_bars: tuple[float, ...]


def zero_snr_alpha_bars(config: ScheduleConfig) -> Tensor:
    """ᾱ[1000] of linear betas, rescaled so that the last is exactly 0 (Lin et al. 2024, algorithm 1)."""
    betas = torch.linspace(config.beta_start, config.beta_end, TRAIN_STEPS, dtype=torch.float32)
    roots = (1 - betas).cumprod(0).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    return ((roots - last) * first / (first - last)) ** 2


def trailing_timesteps(steps: int, strength: float = 1.0) -> tuple[int, ...]:
    """`steps` timesteps in 0…999, evenly spaced, ending where the noise ends: 999, … (Lin et al. 2024, §3.3).

    A `strength` below 1 visits only that share of the timesteps, the less noisy one.
    """
    first = TRAIN_STEPS * strength
    return tuple(round(first - i * first / steps) - 1 for i in range(steps))


def make_schedule(steps: int, config: ScheduleConfig, strength: float = 1.0) -> Schedule:
    """The schedule of a run of 1 to 1000 `steps` over the less noisy share `strength` of the timesteps."""
    timesteps = trailing_timesteps(steps, strength)
    alpha_bars = zero_snr_alpha_bars(config)
    return Schedule(timesteps, tuple(float(alpha_bars[t]) for t in timesteps))
