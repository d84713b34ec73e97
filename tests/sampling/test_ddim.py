"""The noise schedule and the algebra of a DDIM step."""

import math

import pytest
import torch
from torch import Tensor

from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.ddim import (
    Prediction,
    apply_guidance,
    ddim_step,
    make_schedule,
    stochastic_ddim_step,
    to_x0_eps,
    trailing_timesteps,
    zero_snr_alpha_bars,
)

ALPHA_BAR = 0.3


def test_the_schedule_has_zero_terminal_snr_and_keeps_its_first_level():
    alpha_bars = zero_snr_alpha_bars(ScheduleConfig())
    assert alpha_bars.shape == (1000,)
    assert alpha_bars[-1] == 0
    torch.testing.assert_close(alpha_bars[0], torch.tensor(1 - 0.00085))
    assert (alpha_bars.diff() < 0).all()


def test_fifty_steps_visit_the_released_timesteps():
    assert trailing_timesteps(50) == tuple(range(999, 0, -20))


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 20, 300, 1000])
def test_any_number_of_steps_starts_at_pure_noise_and_decreases(steps: int):
    timesteps = trailing_timesteps(steps)
    assert (len(timesteps), timesteps[0]) == (steps, 999)
    assert sorted(set(timesteps), reverse=True) == list(timesteps)
    assert timesteps[-1] >= 0


@pytest.mark.parametrize("strength", [0.001, 0.2, 0.5])
def test_a_lower_strength_starts_at_a_less_noisy_timestep(strength: float):
    timesteps = trailing_timesteps(1, strength)
    assert timesteps == (round(1000 * strength) - 1,)


def test_a_schedule_pairs_timesteps_with_their_alpha_bars():
    schedule = make_schedule(4, ScheduleConfig(), strength=0.4)
    alpha_bars = zero_snr_alpha_bars(ScheduleConfig())
    assert schedule.timesteps == (399, 299, 199, 99)
    assert schedule.alpha_bars == tuple(alpha_bars[list(schedule.timesteps)].tolist())


def noise(seed: int) -> Tensor:
    return torch.randn(1, 4, 2, 3, 5, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def truth() -> Prediction:
    return Prediction(x0=noise(0), eps=noise(1))


def check_same(ours: Prediction, expected: Prediction) -> None:
    torch.testing.assert_close(ours.x0, expected.x0)
    torch.testing.assert_close(ours.eps, expected.eps)


@pytest.mark.parametrize("alpha_bar", [0.0, ALPHA_BAR, 0.99])
def test_v_gives_x0_and_eps(truth: Prediction, alpha_bar: float):
    v = math.sqrt(alpha_bar) * truth.eps - math.sqrt(1 - alpha_bar) * truth.x0
    check_same(to_x0_eps(v, ddim_step(truth, alpha_bar), alpha_bar, "v"), truth)


@pytest.mark.parametrize("alpha_bar", [0.0, ALPHA_BAR])
def test_a_sample_gives_x0_and_eps(truth: Prediction, alpha_bar: float):
    check_same(to_x0_eps(truth.x0, ddim_step(truth, alpha_bar), alpha_bar, "sample"), truth)


def test_a_step_to_the_clean_signal_ends_at_x0(truth: Prediction):
    assert torch.equal(ddim_step(truth, 1.0), truth.x0)


def test_guidance_adds_the_gradient_to_v_for_x0_only(truth: Prediction):
    gradient, x_t = noise(2), ddim_step(truth, ALPHA_BAR)
    v = math.sqrt(ALPHA_BAR) * truth.eps - math.sqrt(1 - ALPHA_BAR) * truth.x0
    guided = apply_guidance(truth, gradient, ALPHA_BAR)
    torch.testing.assert_close(guided.x0, to_x0_eps(v + gradient, x_t, ALPHA_BAR, "v").x0)
    assert guided.eps is truth.eps


def test_noise_is_added_inside_the_mask_only(truth: Prediction):
    inside = torch.zeros(1, 1, 2, 3, 5)
    inside[..., :2] = 1
    plain = ddim_step(truth, 0.5)
    noised = stochastic_ddim_step(truth, ALPHA_BAR, 0.5, 0.4, noise(3), inside)
    assert torch.equal(noised[..., 2:], plain[..., 2:])
    assert (noised[..., :2] != plain[..., :2]).all()


def test_without_eta_there_is_no_noise(truth: Prediction):
    inside = torch.ones(1, 1, 2, 3, 5)
    torch.testing.assert_close(
        stochastic_ddim_step(truth, ALPHA_BAR, 0.5, 0.0, noise(3), inside), ddim_step(truth, 0.5)
    )


def test_old_and_new_noise_have_the_variance_of_the_next_level():
    zero, one = torch.zeros(1), torch.ones(1)

    def coefficient(eps: Tensor, drawn: Tensor, eta: float) -> float:
        return stochastic_ddim_step(Prediction(zero, eps), ALPHA_BAR, 0.5, eta, drawn, one).item()

    for eta in (0.4, 1.0):
        assert coefficient(one, zero, eta) ** 2 + coefficient(zero, one, eta) ** 2 == pytest.approx(0.5)
    variance = (1 - 0.5) / (1 - ALPHA_BAR) * (1 - ALPHA_BAR / 0.5)
    assert coefficient(zero, one, 0.4) == pytest.approx(0.4 * math.sqrt(variance))
