"""Presets reduce the work of the default settings and change nothing else."""

from dataclasses import replace
from typing import get_args

import pytest

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import SettingsError
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.pipeline.backends import backend_info

EMBEDDED = backend_info("embedded").settings
DEFAULT = SamplerSettings(seed=7, camera=True)


def test_quality_is_the_default():
    assert apply_preset(DEFAULT, "quality") == DEFAULT


@pytest.mark.parametrize("preset", get_args(PresetName))
def test_no_preset_changes_a_single_step(preset: PresetName):
    assert apply_preset(replace(EMBEDDED, steps=1), preset) == replace(EMBEDDED, steps=1)


def test_faster_presets_take_fewer_steps_and_keep_other_settings():
    draft, balanced = apply_preset(DEFAULT, "draft"), apply_preset(DEFAULT, "balanced")
    assert draft.steps < balanced.steps < DEFAULT.steps
    assert draft.guidance.scale == 0 < balanced.guidance.scale
    for settings in (draft, balanced):
        assert (settings.seed, settings.camera, settings.cfg_scale) == (7, True, DEFAULT.cfg_scale)


def test_what_is_disabled_stays_disabled():
    few = replace(DEFAULT, steps=4, repeats=1, guidance=replace(DEFAULT.guidance, scale=0))
    assert apply_preset(few, "balanced").guidance.scale == 0
    assert apply_preset(few, "draft").steps == 1


def test_an_unknown_preset_is_a_settings_error():
    with pytest.raises(SettingsError, match="preset is fast; allowed is draft, balanced, quality"):
        apply_preset(DEFAULT, "fast")
