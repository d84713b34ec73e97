"""The algebra of DDIM (Song et al. 2021), free of state: ᾱ in, tensors in, tensors out."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from torch import Tensor

PredictionType = Literal["v", "sample"]


class Prediction(NamedTuple):
    """What one evaluation says of x_t: the clean sample x0 and the noise eps."""

    x0: Tensor
    eps: Tensor


def predict(output: Tensor, x_t: Tensor, alpha_bar: float, prediction_type: PredictionType) -> Prediction:
    """Read a network's output, v (Salimans & Ho 2022) or the sample itself, as x0 and eps."""
    signal, noise = math.sqrt(alpha_bar), math.sqrt(1 - alpha_bar)
    if prediction_type == "v":
        return Prediction(signal * x_t - noise * output, signal * output + noise * x_t)
    return Prediction(output, (x_t - signal * output) / noise)


def guide(prediction: Prediction, gradient: Tensor, alpha_bar: float) -> Prediction:
    """Add a score gradient to v: x0 moves, the direction eps stays that of the unguided prediction."""
    return prediction._replace(x0=prediction.x0 - math.sqrt(1 - alpha_bar) * gradient)


def move(prediction: Prediction, alpha_bar: float) -> Tensor:
    """The sample of noise level ᾱ on the line through x0 along eps: a DDIM step, forwards or backwards."""
    return math.sqrt(alpha_bar) * prediction.x0 + math.sqrt(1 - alpha_bar) * prediction.eps


def move_stochastic(
    prediction: Prediction, alpha_bar: float, alpha_bar_next: float, eta: float, noise: Tensor, inside: Tensor
) -> Tensor:
    """A step that draws fresh noise where `inside` is 1 and is deterministic where it is 0 (DDIM eq. 12, 16)."""
    variance = (1 - alpha_bar_next) / (1 - alpha_bar) * (1 - alpha_bar / alpha_bar_next)
    sigma = eta * math.sqrt(variance)
    direction = math.sqrt(1 - alpha_bar_next - sigma**2)
    drawn = math.sqrt(alpha_bar_next) * prediction.x0 + direction * prediction.eps + sigma * noise
    return drawn * inside + move(prediction, alpha_bar_next) * (1 - inside)
