"""The noise schedule and the algebra of DDIM (Song et al. 2021), without state: ᾱ and tensors in, tensors out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from motionfollower.models.config import PredictionType, ScheduleConfig

TRAIN_STEPS = 1000
"""The number of timesteps that the model was trained on."""


@dataclass(frozen=True)
class Schedule:
    """The timesteps of a run, noisiest first, and ᾱ at each."""

    timesteps: tuple[int, ...]
    alpha_bars: tuple[float, ...]


def make_schedule(steps: int, config: ScheduleConfig, strength: float = 1.0) -> Schedule:
    """The schedule of a run of 1 to 1000 `steps` over the less noisy fraction `strength` of the timesteps."""
    timesteps = trailing_timesteps(steps, strength)
    alpha_bars = zero_snr_alpha_bars(config)
    return Schedule(timesteps, tuple(float(alpha_bars[t]) for t in timesteps))


def trailing_timesteps(steps: int, strength: float = 1.0) -> tuple[int, ...]:
    """`steps` evenly spaced timesteps of 0…999, from the noisiest: 999, … ("trailing", Lin et al. 2024, §3.3).

    With a `strength` below 1 they are spaced over the less noisy fraction `strength` of the timesteps.
    """
    first = TRAIN_STEPS * strength
    return tuple(round(first - i * first / steps) - 1 for i in range(steps))


def zero_snr_alpha_bars(config: ScheduleConfig) -> Tensor:
    """ᾱ f32 [1000] of linear betas, rescaled so that the last is exactly 0 (Lin et al. 2024, algorithm 1)."""
    betas = torch.linspace(config.beta_start, config.beta_end, TRAIN_STEPS, dtype=torch.float32)
    roots = (1 - betas).cumprod(0).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    return ((roots - last) * first / (first - last)) ** 2


class Prediction(NamedTuple):
    """The clean sample x0 and the noise eps that an evaluation at x_t predicts."""

    x0: Tensor
    eps: Tensor


def to_x0_eps(output: Tensor, x_t: Tensor, alpha_bar: float, prediction_type: PredictionType) -> Prediction:
    """Convert the network's output, v (v-prediction, Salimans & Ho 2022) or x0 ("sample"), to x0 and eps."""
    signal, noise = math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)
    if prediction_type == "v":
        return Prediction(signal * x_t - noise * output, signal * output + noise * x_t)
    return Prediction(output, (x_t - signal * output) / noise)


def apply_guidance(prediction: Prediction, gradient: Tensor, alpha_bar: float) -> Prediction:
    """Add a score gradient to v for x0 only: x0 − √(1 − ᾱ)·g; the direction eps stays that of the unguided v."""
    return prediction._replace(x0=prediction.x0 - math.sqrt(1 - alpha_bar) * gradient)


def ddim_step(prediction: Prediction, alpha_bar: float) -> Tensor:
    """The sample √ᾱ·x0 + √(1 − ᾱ)·eps at noise level ᾱ: a deterministic DDIM step, forwards or backwards."""
    return math.sqrt(alpha_bar) * prediction.x0 + math.sqrt(1 - alpha_bar) * prediction.eps


def stochastic_ddim_step(
    prediction: Prediction, alpha_bar: float, alpha_bar_next: float, eta: float, noise: Tensor, inside: Tensor
) -> Tensor:
    """A step that adds fresh `noise` where the mask `inside` is 1, deterministic where it is 0 (DDIM eq. 12, 16)."""
    variance = (1 - alpha_bar_next) / (1 - alpha_bar) * (1 - alpha_bar / alpha_bar_next)
    sigma = eta * math.sqrt(variance)
    direction = math.sqrt(1 - alpha_bar_next - sigma**2)
    stochastic = math.sqrt(alpha_bar_next) * prediction.x0 + direction * prediction.eps + sigma * noise
    return stochastic * inside + ddim_step(prediction, alpha_bar_next) * (1 - inside)
