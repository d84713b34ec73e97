"""Signal levels and timesteps."""

import pytest
import torch

from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.ddim import make_schedule, trailing_timesteps, zero_snr_alpha_bars


def test_the_last_level_is_pure_noise_and_the_first_is_as_before():
    alpha_bars = zero_snr_alpha_bars(ScheduleConfig())
    assert alpha_bars.shape == (1000,)
    assert alpha_bars[-1] == 0
    torch.testing.assert_close(alpha_bars[0], torch.tensor(1 - 0.00085))
    assert (alpha_bars.diff() < 0).all()


def test_fifty_steps_visit_the_released_timesteps():
    assert trailing_timesteps(50) == tuple(range(999, 0, -20))


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 20, 300, 1000])
def test_any_number_of_steps_starts_at_the_noise_and_falls(steps: int):
    timesteps = trailing_timesteps(steps)
    assert (len(timesteps), timesteps[0]) == (steps, 999)
    assert sorted(set(timesteps), reverse=True) == list(timesteps)
    assert timesteps[-1] >= 0


@pytest.mark.parametrize("strength", [0.001, 0.2, 0.5])
def test_less_strength_starts_later(strength: float):
    timesteps = trailing_timesteps(1, strength)
    assert timesteps == (round(1000 * strength) - 1,)


def test_a_schedule_pairs_timesteps_with_their_levels():
    schedule = make_schedule(4, ScheduleConfig(), strength=0.4)
    alpha_bars = zero_snr_alpha_bars(ScheduleConfig())
    assert schedule.timesteps == (399, 299, 199, 99)
    assert schedule.alpha_bars == tuple(alpha_bars[list(schedule.timesteps)].tolist())
