"""What happens at each step."""

from dataclasses import replace
from itertools import pairwise

import pytest

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.step_plan import StepPlan, make_plan

UNGUIDED = GuidanceSettings(scale=0)
PLAIN = SamplerSettings(steps=10, repeats=1, guidance=UNGUIDED)


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


def test_as_released_every_step_has_cfg_and_reuses_nothing():
    plans = plan(SamplerSettings(steps=50, camera=True))
    assert all(it.uses_cfg and not it.reuses for it in plans)
    assert not any(it.uses_cfg for it in plan(replace(PLAIN, cfg_scale=1)))


def test_cfg_acts_inside_its_span_alone():
    plans = plan(replace(PLAIN, cfg_span=(0.2, 0.6)))
    assert [it.index for it in plans if it.uses_cfg] == [2, 3, 4, 5]


def test_one_in_so_many_guided_steps_is_guided():
    def guided(every: int) -> list[int]:
        return [it.index for it in plan(SamplerSettings(steps=10, guidance=GuidanceSettings(every=every))) if it.guides]

    assert guided(1) == [0, 1, 2, 4]
    assert guided(2) == [0, 2]
    assert guided(9) == [0]


def test_steps_reuse_what_the_one_before_keeps():
    def reusing(**changes: object) -> list[int]:
        return [it.index for it in plan(replace(PLAIN, **changes)) if it.reuses]

    assert reusing(reuse=2) == [1, 3, 5, 7, 9]
    assert reusing(reuse=3) == [1, 2, 4, 5, 7, 8]
    assert reusing(reuse=3, cfg_span=(0.2, 0.6)) == [1, 3, 4, 7, 8]  # where CFG begins and ends, passes are whole
    assert reusing(reuse=3, camera=True) == [1, 2, 5, 6, 8, 9]  # as where camera mode begins
    assert reusing(reuse=3, guidance=GuidanceSettings()) == [3, 5, 6, 8, 9]  # and wherever the score is guided
    assert not {6, 8} & set(reusing(reuse=3, steps=14, repeats=3))  # or a step repeated
