"""Presets: how much of the work of a backend's default settings is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import SettingsError

PresetName = Literal["draft", "balanced", "quality"]


@dataclass(frozen=True)
class Speed:
    """How a preset changes the default settings.

    `steps` is a fraction of theirs; one in `every` of their guided steps is guided, none where it is None; the other
    fields are as in SamplerSettings.
    """

    steps: float
    every: int | None
    cfg_span: tuple[float, float]
    reuse: int
    repeats: int


SPEEDS: dict[PresetName, Speed] = {
    "draft": Speed(steps=0.25, every=None, cfg_span=(0.1, 0.8), reuse=2, repeats=1),
    "balanced": Speed(steps=0.6, every=2, cfg_span=(0.1, 0.8), reuse=2, repeats=1),
}
"""The quality preset is not listed: it is the default settings."""


def apply_preset(default: SamplerSettings, preset: PresetName) -> SamplerSettings:
    """A backend's default settings at the speed of a preset; a single step cannot be reduced further.

    SettingsError for an unknown preset.
    """
    if preset not in get_args(PresetName):
        raise SettingsError.out_of_range("preset", preset, ", ".join(get_args(PresetName)))
    speed = SPEEDS.get(preset)
    if speed is None or default.steps == 1:
        return default
    unguided, sparse = replace(default.guidance, scale=0.0), replace(default.guidance, every=speed.every or 1)
    return replace(
        default,
        steps=max(1, round(speed.steps * default.steps)),
        cfg_span=speed.cfg_span,
        reuse=speed.reuse,
        repeats=min(speed.repeats, default.repeats),
        guidance=unguided if speed.every is None else sparse,
    )
