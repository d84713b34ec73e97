"""The algebra of a step."""

import math

import pytest
import torch
from torch import Tensor

from motionfollower.sampling.ddim import Prediction, apply_guidance, ddim_step, stochastic_ddim_step, to_x0_eps

ALPHA_BAR = 0.3


def noise(seed: int) -> Tensor:
    return torch.randn(1, 4, 2, 3, 5, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def truth() -> Prediction:
    return Prediction(x0=noise(0), eps=noise(1))


def check_same(ours: Prediction, expected: Prediction) -> None:
    torch.testing.assert_close(ours.x0, expected.x0)
    torch.testing.assert_close(ours.eps, expected.eps)


@pytest.mark.parametrize("alpha_bar", [0.0, ALPHA_BAR, 0.99])
def test_v_tells_x0_and_eps(truth: Prediction, alpha_bar: float):
    v = math.sqrt(alpha_bar) * truth.eps - math.sqrt(1 - alpha_bar) * truth.x0
    check_same(to_x0_eps(v, ddim_step(truth, alpha_bar), alpha_bar, "v"), truth)


@pytest.mark.parametrize("alpha_bar", [0.0, ALPHA_BAR])
def test_a_sample_tells_x0_and_eps(truth: Prediction, alpha_bar: float):
    check_same(to_x0_eps(truth.x0, ddim_step(truth, alpha_bar), alpha_bar, "sample"), truth)


def test_without_noise_left_a_step_ends_at_x0(truth: Prediction):
    assert torch.equal(ddim_step(truth, 1.0), truth.x0)


def test_guiding_is_adding_to_v_for_x0_alone(truth: Prediction):
    gradient, x_t = noise(2), ddim_step(truth, ALPHA_BAR)
    v = math.sqrt(ALPHA_BAR) * truth.eps - math.sqrt(1 - ALPHA_BAR) * truth.x0
    guided = apply_guidance(truth, gradient, ALPHA_BAR)
    torch.testing.assert_close(guided.x0, to_x0_eps(v + gradient, x_t, ALPHA_BAR, "v").x0)
    assert guided.eps is truth.eps


def test_noise_falls_inside_alone(truth: Prediction):
    inside = torch.zeros(1, 1, 2, 3, 5)
    inside[..., :2] = 1
    plain = ddim_step(truth, 0.5)
    noised = stochastic_ddim_step(truth, ALPHA_BAR, 0.5, 0.4, noise(3), inside)
    assert torch.equal(noised[..., 2:], plain[..., 2:])
    assert (noised[..., :2] != plain[..., :2]).all()


def test_no_eta_is_no_noise(truth: Prediction):
    inside = torch.ones(1, 1, 2, 3, 5)
    torch.testing.assert_close(
        stochastic_ddim_step(truth, ALPHA_BAR, 0.5, 0.0, noise(3), inside), ddim_step(truth, 0.5)
    )


def test_old_and_new_noise_add_up_to_the_next_level():
    zero, one = torch.zeros(1), torch.ones(1)

    def share(eps: Tensor, drawn: Tensor, eta: float) -> float:
        return stochastic_ddim_step(Prediction(zero, eps), ALPHA_BAR, 0.5, eta, drawn, one).item()

    for eta in (0.4, 1.0):
        assert share(one, zero, eta) ** 2 + share(zero, one, eta) ** 2 == pytest.approx(0.5)
    variance = (1 - 0.5) / (1 - ALPHA_BAR) * (1 - ALPHA_BAR / 0.5)
    assert share(zero, one, 0.4) == pytest.approx(0.4 * math.sqrt(variance))
