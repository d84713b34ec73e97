"""The algebra of DDIM (Song et al. 2021), free of state: ᾱ in, tensors in, tensors out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from motionfollower.models.config import ScheduleConfig

PredictionType = Literal["v", "sample"]


class Prediction(NamedTuple):
    """What one evaluation says of x_t: the clean sample x0 and the noise eps."""

    x0: Tensor
    eps: Tensor


def to_x0_eps(output: Tensor, x_t: Tensor, alpha_bar: float, prediction_type: PredictionType) -> Prediction:
    """Read a network's output, v (Salimans & Ho 2022) or the sample itself, as x0 and eps."""
    signal, noise = math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)
    if prediction_type == "v":
        return Prediction(signal * x_t - noise * output, signal * output + noise * x_t)
    return Prediction(output, (x_t - signal * output) / noise)


def apply_guidance(prediction: Prediction, gradient: Tensor, alpha_bar: float) -> Prediction:
    """Add a score gradient to v: x0 moves, the direction eps stays that of the unguided prediction."""
    return prediction._replace(x0=prediction.x0 - math.sqrt(1 - alpha_bar) * gradient)


def ddim_step(prediction: Prediction, alpha_bar: float) -> Tensor:
    """The sample of noise level ᾱ on the line through x0 along eps: a DDIM step, forwards or backwards."""
    return math.sqrt(alpha_bar) * prediction.x0 + math.sqrt(1 - alpha_bar) * prediction.eps


def stochastic_ddim_step(
    prediction: Prediction, alpha_bar: float, alpha_bar_next: float, eta: float, noise: Tensor, inside: Tensor
) -> Tensor:
    """A step that draws fresh noise where `inside` is 1 and is deterministic where it is 0 (DDIM eq. 12, 16)."""
    variance = (1 - alpha_bar_next) / (1 - alpha_bar) * (1 - alpha_bar / alpha_bar_next)
    sigma = eta * math.sqrt(variance)
    direction = math.sqrt(1 - alpha_bar_next - sigma**2)
    drawn = math.sqrt(alpha_bar_next) * prediction.x0 + direction * prediction.eps + sigma * noise
    return drawn * inside + ddim_step(prediction, alpha_bar_next) * (1 - inside)


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
