"""The plan of a run: the spans of its parts, and what acts in each step."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.models.config import ScheduleConfig
from motionfollower.sampling.step_plan import StepPlan, is_guided, is_injected, is_noised, is_repeated, make_plan

UNGUIDED = GuidanceSettings(scale=0)
PLAIN = SamplerSettings(steps=10, repeats=1, guidance=UNGUIDED)


def acting_steps(acts: Callable[[int, int], bool], steps: int) -> list[int]:
    return [step for step in range(steps) if acts(step, steps)]


def test_the_spans_of_fifty_steps_are_the_released_steps():
    assert acting_steps(is_guided, 50) == [*range(10), *range(10, 30, 2)]
    assert acting_steps(is_noised, 50) == list(range(11, 20))
    assert acting_steps(is_repeated, 50) == [22, 24, 26, 28]
    assert acting_steps(is_injected, 50) == list(range(20, 50))


def test_the_spans_of_twenty_steps_are_the_same_fractions():
    assert acting_steps(is_guided, 20) == [0, 1, 2, 3, 4, 6, 8, 10]
    assert acting_steps(is_noised, 20) == [5, 6, 7]
    assert acting_steps(is_repeated, 20) == [10]
    assert acting_steps(is_injected, 20) == list(range(8, 20))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_first_of_few_steps_is_guided_only(steps: int):
    assert is_guided(0, steps)
    assert not any(acts(0, steps) for acts in (is_noised, is_repeated, is_injected))


def plan(settings: SamplerSettings) -> tuple[StepPlan, ...]:
    return make_plan(settings, ScheduleConfig())


@pytest.mark.parametrize("steps", [1, 2, 3, 50])
@pytest.mark.parametrize("camera", [False, True])
def test_steps_are_contiguous_and_end_at_the_clean_signal(steps: int, camera: bool):
    plans = plan(SamplerSettings(steps=steps, camera=camera))
    assert [it.index for it in plans] == list(range(steps))
    assert plans[0].alpha_bar == 0
    assert plans[-1].next_alpha_bar == 1
    for before, after in pairwise(plans):
        assert (before.next_timestep, before.next_alpha_bar) == (after.timestep, after.alpha_bar)
        assert before.alpha_bar < after.alpha_bar


def test_fifty_steps_have_the_released_numbers_of_evaluations():
    plans = plan(SamplerSettings(steps=50, camera=True))
    assert sum(it.repeats for it in plans) == 58
    assert sum(it.repeats for it in plans if it.guides) == 28
    assert sum(it.repeats for it in plans if it.injects) == 38
    assert sum(it.noises for it in plans) == 9


def test_the_reconstruction_ends_after_its_last_use():
    def reconstructed(**settings: object) -> int:
        plans = plan(SamplerSettings(steps=50, **settings))
        count = sum(it.reconstructs for it in plans)
        assert all(it.reconstructs for it in plans[:count])
        return count

    assert reconstructed() == 29
    assert reconstructed(camera=True) == 50
    assert reconstructed(camera=True, guidance=UNGUIDED) == 50
    assert reconstructed(guidance=UNGUIDED) == 0


def test_parts_that_are_off_never_act():
    plans = plan(SamplerSettings(steps=50, noise_eta=0, repeats=1, guidance=UNGUIDED))
    assert not any(it.guides or it.injects or it.noises or it.repeats > 1 for it in plans)


def test_a_lower_strength_starts_with_some_signal():
    assert plan(SamplerSettings(steps=2, strength=0.2))[0].alpha_bar > 0.5


def test_by_default_every_step_has_cfg_and_reuses_nothing():
    plans = plan(SamplerSettings(steps=50, camera=True))
    assert all(it.uses_cfg and not it.reuses for it in plans)
    assert not any(it.uses_cfg for it in plan(replace(PLAIN, cfg_scale=1)))


def test_cfg_acts_inside_its_span_only():
    plans = plan(replace(PLAIN, cfg_span=(0.2, 0.6)))
    assert [it.index for it in plans if it.uses_cfg] == [2, 3, 4, 5]


def test_guidance_every_n_keeps_one_in_n_guided_steps():
    def guided(every: int) -> list[int]:
        return [it.index for it in plan(SamplerSettings(steps=10, guidance=GuidanceSettings(every=every))) if it.guides]

    assert guided(1) == [0, 1, 2, 4]
    assert guided(2) == [0, 2]
    assert guided(9) == [0]


def test_steps_reuse_features_up_to_the_next_full_step():
    def reusing(**changes: object) -> list[int]:
        return [it.index for it in plan(replace(PLAIN, **changes)) if it.reuses]

    assert reusing(reuse=2) == [1, 3, 5, 7, 9]
    assert reusing(reuse=3) == [1, 2, 4, 5, 7, 8]
    assert reusing(reuse=3, cfg_span=(0.2, 0.6)) == [1, 3, 4, 7, 8]  # steps where CFG starts or ends are full
    assert reusing(reuse=3, camera=True) == [1, 2, 5, 6, 8, 9]  # so are those where injection starts,
    assert reusing(reuse=3, guidance=GuidanceSettings()) == [3, 5, 6, 8, 9]  # guided steps,
    assert not {6, 8} & set(reusing(reuse=3, steps=14, repeats=3))  # and repeated steps
