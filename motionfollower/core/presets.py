"""The speeds on offer: how much of the work of a backend's usual settings is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from motionfollower.core.config import SamplerSettings

PresetName = Literal["draft", "balanced", "quality"]


@dataclass(frozen=True)
class Speed:
    """What a preset makes of the usual settings.

    `steps` is a share of theirs; the score is guided `every` so many of their guided steps, never where that is
    None; the rest is as in SamplerSettings.
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
"""Quality isn't here: it is the usual settings, as they are."""


def apply_preset(usual: SamplerSettings, preset: PresetName) -> SamplerSettings:
    """A backend's usual settings at the speed of a preset; with a single step there is nothing to leave out."""
    speed = SPEEDS.get(preset)
    if speed is None or usual.steps == 1:
        return usual
    guidance = replace(usual.guidance, scale=0.0) if speed.every is None else replace(usual.guidance, every=speed.every)
    return replace(
        usual,
        steps=max(1, round(speed.steps * usual.steps)),
        cfg_span=speed.cfg_span,
        reuse=speed.reuse,
        repeats=min(speed.repeats, usual.repeats),
        guidance=guidance,
    )
