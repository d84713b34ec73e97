"""What the panel of settings says, and what it asks of the library."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from motionfollower.core.config import (
    Align,
    Camera,
    EditConfig,
    GuidanceSettings,
    PrepareSettings,
    SamplerSettings,
    SoundChoice,
)
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.ui.inputs.marks import Selections
from preprocess.align.partial import Parts
from preprocess.types import Size
from preprocess.video.crop import working_size
from preprocess.video.probe import probe

FRAMES_LIMIT = 240
LARGEST_SEED = 2**31 - 1
SIDES = [256, 384, 512, 640, 768]


class FormValues(NamedTuple):
    """The values of the panel, in the order of its fields; `blend` in percent, sizes and shifts in pixels."""

    cfg: float
    guidance: float
    seed: int
    new_seed: bool
    lock: bool
    sound: SoundChoice
    parts: Parts
    blend: float
    align: Align
    camera: Camera
    steps: int
    frames: int
    side: int
    fps: float
    foreground: float
    body: float
    overlap: float
    complement: float
    noise: float
    repeats: int
    window: int
    shared: int
    cfg_from: float
    cfg_until: float
    every: int
    reuse: int
    scale: float
    x: float
    y: float
    foot_line: float
    marks: Selections

    def prepare_settings(self, source: str | Path) -> PrepareSettings:
        """How to read and align the clips; the size has the source's aspect."""
        return PrepareSettings(
            align=self.align,
            frames=int(self.frames),
            size=working_size(probe(source).size, area=int(self.side) ** 2),
            fps=self.fps or None,
            scale=self.scale,
            shift=(self.x, self.y),
            foot_line=self.foot_line,
            parts=self.parts,
            blend=self.blend / 100,
            source_person=self.marks.source_person,
            target_person=self.marks.target_person,
            source_clicks=self.marks.source_clicks,
            target_clicks=self.marks.target_clicks,
        )

    def sampler_settings(self, usual: SamplerSettings) -> SamplerSettings:
        """How to sample; what the panel doesn't show stays as `usual`."""
        weights = (self.foreground, self.body, self.overlap, self.complement)
        return replace(
            usual,
            steps=int(self.steps),
            cfg_scale=self.cfg,
            seed=random.randint(0, LARGEST_SEED) if self.new_seed else int(self.seed),
            noise_eta=self.noise,
            repeats=int(self.repeats),
            window=int(self.window),
            overlap=int(self.shared),
            cfg_span=(self.cfg_from, self.cfg_until),
            reuse=int(self.reuse),
            guidance=GuidanceSettings(self.guidance, *weights, usual.guidance.regions, int(self.every)),
        )

    def order(
        self, source: Path, target: Path, prepare: PrepareSettings, proposed: CameraModeProposal, usual: SamplerSettings
    ) -> EditConfig:
        """The edit of two clips that were prepared with `prepare`, with the `proposed` camera mode where it is open."""
        camera: Camera = self.camera if self.camera != "auto" else "on" if proposed.is_on else "off"
        return EditConfig(source, target, prepare, self.sampler_settings(usual), camera, self.lock, self.sound)

    def as_in(self, run: RunMetadata) -> FormValues:
        """The choices that ask for the same run of the same clips."""
        prepare, sampler = run.prepare, run.sampler
        return self._replace(
            cfg=sampler.cfg_scale,
            guidance=sampler.guidance.scale,
            seed=sampler.seed,
            new_seed=False,
            lock=run.lock,
            sound=run.sound,
            parts=prepare.parts,
            blend=100 * prepare.blend,
            align=prepare.align,
            camera="on" if sampler.camera else "off",
            steps=sampler.steps,
            frames=prepare.frames or run.frames,
            side=nearest_side(prepare.size) if prepare.size else self.side,
            fps=prepare.fps or 0,
            foreground=sampler.guidance.foreground,
            body=sampler.guidance.body,
            overlap=sampler.guidance.overlap,
            complement=sampler.guidance.complement,
            noise=sampler.noise_eta,
            repeats=sampler.repeats,
            window=sampler.window,
            shared=sampler.overlap,
            cfg_from=sampler.cfg_span[0],
            cfg_until=sampler.cfg_span[1],
            every=sampler.guidance.every,
            reuse=sampler.reuse,
            scale=prepare.scale,
            x=prepare.shift[0],
            y=prepare.shift[1],
            foot_line=prepare.foot_line,
            marks=Selections(
                prepare.source_person, prepare.target_person, prepare.source_clicks, prepare.target_clicks
            ),
        )

    def preset(self, preset: Preset, usual: SamplerSettings) -> FormValues:
        """The choices with those of a preset."""
        return self._replace(**preset.fields(usual))


@dataclass(frozen=True)
class Preset:
    """A speed for a quality: how the sampler runs, on how many frames of which size."""

    speed: PresetName
    frames: int
    side: int

    def fields(self, usual: SamplerSettings) -> dict[str, Any]:
        """The choices that it makes, given a backend's usual settings."""
        sampler = apply_preset(usual, self.speed)
        return {
            "steps": sampler.steps,
            "guidance": sampler.guidance.scale,
            "repeats": sampler.repeats,
            "cfg_from": sampler.cfg_span[0],
            "cfg_until": sampler.cfg_span[1],
            "every": sampler.guidance.every,
            "reuse": sampler.reuse,
            "frames": self.frames,
            "side": self.side,
        }


PRESETS = {
    "embedded": {
        "Draft": Preset("draft", 8, 384),
        "Balanced": Preset("balanced", 24, 512),
        "Quality": Preset("quality", 48, 512),
    },
    "full": {
        "Draft": Preset("draft", 16, 512),
        "Balanced": Preset("balanced", 24, 512),
        "Quality": Preset("quality", 48, 512),
    },
}
"""By the name of the backend."""


def nearest_side(size: Size) -> int:
    """The side on offer whose square is most like `size`."""
    return min(SIDES, key=lambda side: abs(side * side - size[0] * size[1]))
