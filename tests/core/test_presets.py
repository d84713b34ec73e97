"""The presets: less work of the same kind, and nothing changed where there is nothing to leave out."""

from dataclasses import replace
from typing import get_args

import pytest

from motionfollower.core.config import SamplerSettings
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.pipeline.backends import EMBEDDED_SETTINGS

USUAL = SamplerSettings(seed=7, camera=True)


def test_quality_is_the_usual():
    assert apply_preset(USUAL, "quality") == USUAL


@pytest.mark.parametrize("preset", get_args(PresetName))
def test_a_single_step_is_what_it_is_at_any_speed(preset: PresetName):
    assert apply_preset(replace(EMBEDDED_SETTINGS, steps=1), preset) == replace(EMBEDDED_SETTINGS, steps=1)


def test_faster_presets_take_fewer_steps_and_keep_the_rest():
    draft, balanced = apply_preset(USUAL, "draft"), apply_preset(USUAL, "balanced")
    assert draft.steps < balanced.steps < USUAL.steps
    assert draft.guidance.scale == 0 < balanced.guidance.scale
    for settings in (draft, balanced):
        assert (settings.seed, settings.camera, settings.cfg_scale) == (7, True, USUAL.cfg_scale)


def test_what_is_off_stays_off():
    few = replace(USUAL, steps=4, repeats=1, guidance=replace(USUAL.guidance, scale=0))
    assert apply_preset(few, "balanced").guidance.scale == 0
    assert apply_preset(few, "draft").steps == 1
