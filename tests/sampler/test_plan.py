"""What happens at each step."""

from itertools import pairwise

import pytest

from motionfollower.models.config import ScheduleConfig
from motionfollower.sampler.plan import StepPlan, make_plan
from motionfollower.types import GuidanceSettings, SamplerSettings

UNGUIDED = GuidanceSettings(scale=0)


def plan(settings: SamplerSettings) -> tuple[StepPlan, ...]:
    return make_plan(settings, ScheduleConfig())


@pytest.mark.parametrize("steps", [1, 2, 3, 50])
@pytest.mark.parametrize("camera", [False, True])
def test_steps_hang_together_and_end_clean(steps: int, camera: bool):
    plans = plan(SamplerSettings(steps=steps, camera=camera))
    assert [it.index for it in plans] == list(range(steps))
    assert plans[0].alpha_bar == 0
    assert plans[-1].next_alpha_bar == 1
    for before, after in pairwise(plans):
        assert (before.next_timestep, before.next_alpha_bar) == (after.timestep, after.alpha_bar)
        assert before.alpha_bar < after.alpha_bar


def test_fifty_steps_make_the_released_evaluations():
    plans = plan(SamplerSettings(steps=50, camera=True))
    assert sum(it.repeats for it in plans) == 58
    assert sum(it.repeats for it in plans if it.guides) == 28
    assert sum(it.repeats for it in plans if it.injects) == 38
    assert sum(it.noises for it in plans) == 9


def test_the_reconstruction_goes_as_far_as_it_is_looked_at():
    def reconstructed(**settings: object) -> int:
        plans = plan(SamplerSettings(steps=50, **settings))
        count = sum(it.reconstructs for it in plans)
        assert all(it.reconstructs for it in plans[:count])
        return count

    assert reconstructed() == 29
    assert reconstructed(camera=True) == 50
    assert reconstructed(camera=True, guidance=UNGUIDED) == 50
    assert reconstructed(guidance=UNGUIDED) == 0


def test_what_is_switched_off_never_happens():
    plans = plan(SamplerSettings(steps=50, noise_eta=0, repeats=1, guidance=UNGUIDED))
    assert not any(it.guides or it.injects or it.noises or it.repeats > 1 for it in plans)


def test_less_strength_starts_with_some_signal():
    assert plan(SamplerSettings(steps=2, strength=0.2))[0].alpha_bar > 0.5
