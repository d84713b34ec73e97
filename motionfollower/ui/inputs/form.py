"""The values of the settings panel, and the configs that they stand for."""

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
from motionfollower.pipeline.backends import BackendInfo
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.ui.inputs.selections import Selections
from preprocess.align.partial import Parts
from preprocess.types import Size
from preprocess.video.crop import working_size

MAX_FRAMES = 240
MAX_SEED = 2**31 - 1
RESOLUTIONS = [256, 384, 512, 640, 768]  # sides of squares, in pixels
DRAFT, BALANCED, BEST = "Draft", "Balanced", "Quality"
"""The names of the presets on the page."""


class FormValues(NamedTuple):
    """The values of the settings panel, in the order of its fields.

    `strength` is in percent; `resolution` is the side of a square with the working size's area, in pixels; `fps` and
    `foot_line` of 0 are automatic; shifts are in pixels of the working size.
    """

    cfg: float
    guidance: float
    seed: int
    randomize_seed: bool
    lock: bool
    sound: SoundChoice
    parts: Parts
    strength: float
    align: Align
    camera: Camera
    steps: int
    frames: int
    resolution: int
    fps: float
    foreground: float
    body: float
    overlap: float
    complement: float
    noise: float
    repeats: int
    window: int
    window_overlap: int
    cfg_start: float
    cfg_end: float
    guidance_interval: int
    reuse: int
    scale: float
    shift_x: float
    shift_y: float
    foot_line: float
    selections: Selections

    def prepare_settings(self, source_size: Size) -> PrepareSettings:
        """How to read and align the clips; the working size has the aspect ratio of the source's file."""
        detection = PrepareSettings(
            frames=int(self.frames),
            size=working_size(source_size, area=int(self.resolution) ** 2),
            fps=self.fps or None,
            source_person=self.selections.source_person,
            target_person=self.selections.target_person,
        )
        return self.realign_settings(detection)

    def realign_settings(self, earlier: PrepareSettings) -> PrepareSettings:
        """How to align clips that were prepared with `earlier` settings again; what detections depend on is kept."""
        return replace(
            earlier,
            align=self.align,
            scale=self.scale,
            shift=(self.shift_x, self.shift_y),
            foot_line=self.foot_line,
            parts=self.parts,
            blend=self.strength / 100,
            source_clicks=self.selections.source_clicks,
            target_clicks=self.selections.target_clicks,
        )

    def sampler_settings(self, defaults: SamplerSettings) -> SamplerSettings:
        """How to sample; settings that the panel does not show keep their defaults."""
        weights = (self.foreground, self.body, self.overlap, self.complement)
        return replace(
            defaults,
            steps=int(self.steps),
            cfg_scale=self.cfg,
            seed=random.randint(0, MAX_SEED) if self.randomize_seed else int(self.seed),
            noise_eta=self.noise,
            repeats=int(self.repeats),
            window=int(self.window),
            overlap=int(self.window_overlap),
            cfg_span=(self.cfg_start, self.cfg_end),
            reuse=int(self.reuse),
            guidance=GuidanceSettings(self.guidance, *weights, defaults.guidance.regions, int(self.guidance_interval)),
        )

    def edit_config(
        self,
        source: Path,
        target: Path,
        prepare: PrepareSettings,
        proposal: CameraModeProposal,
        defaults: SamplerSettings,
    ) -> EditConfig:
        """The edit of two clips prepared with `prepare`; camera mode follows the `proposal` where it is automatic."""
        camera: Camera = self.camera if self.camera != "auto" else "on" if proposal.is_on else "off"
        return EditConfig(source, target, prepare, self.sampler_settings(defaults), camera, self.lock, self.sound)

    def with_run(self, run: RunMetadata) -> FormValues:
        """The values that repeat a run on the same clips."""
        prepare, sampler = run.prepare, run.sampler
        return self._replace(
            cfg=sampler.cfg_scale,
            guidance=sampler.guidance.scale,
            seed=sampler.seed,
            randomize_seed=False,
            lock=run.lock,
            sound=run.sound,
            parts=prepare.parts,
            strength=100 * prepare.blend,
            align=prepare.align,
            camera="on" if sampler.camera else "off",
            steps=sampler.steps,
            frames=prepare.frames or run.frames,
            resolution=nearest_resolution(prepare.size) if prepare.size else self.resolution,
            fps=prepare.fps or 0,
            foreground=sampler.guidance.foreground,
            body=sampler.guidance.body,
            overlap=sampler.guidance.overlap,
            complement=sampler.guidance.complement,
            noise=sampler.noise_eta,
            repeats=sampler.repeats,
            window=sampler.window,
            window_overlap=sampler.overlap,
            cfg_start=sampler.cfg_span[0],
            cfg_end=sampler.cfg_span[1],
            guidance_interval=sampler.guidance.every,
            reuse=sampler.reuse,
            scale=prepare.scale,
            shift_x=prepare.shift[0],
            shift_y=prepare.shift[1],
            foot_line=prepare.foot_line,
            selections=Selections(
                prepare.source_person, prepare.target_person, prepare.source_clicks, prepare.target_clicks
            ),
        )

    def with_preset(self, preset: Preset, defaults: SamplerSettings) -> FormValues:
        """The values with those of a preset."""
        return self._replace(**preset.values(defaults))


@dataclass(frozen=True)
class Preset:
    """A trade-off between speed and quality: the sampler's preset, the number of frames and their size."""

    sampler: PresetName
    frames: int
    resolution: int

    def values(self, defaults: SamplerSettings) -> dict[str, Any]:
        """The form values that the preset sets, given a backend's default settings."""
        sampler = apply_preset(defaults, self.sampler)
        return {
            "steps": sampler.steps,
            "guidance": sampler.guidance.scale,
            "repeats": sampler.repeats,
            "cfg_start": sampler.cfg_span[0],
            "cfg_end": sampler.cfg_span[1],
            "guidance_interval": sampler.guidance.every,
            "reuse": sampler.reuse,
            "frames": self.frames,
            "resolution": self.resolution,
        }


def presets_of(info: BackendInfo) -> dict[str, Preset]:
    """The presets of a backend, by their names; drafts on the demo backend, which runs on CPUs, are smaller."""
    return {
        DRAFT: Preset("draft", 8, 384) if info.is_demo else Preset("draft", 16, 512),
        BALANCED: Preset("balanced", 24, 512),
        BEST: Preset("quality", 48, 512),
    }


def nearest_resolution(size: Size) -> int:
    """The resolution on offer whose area is nearest to that of `size`."""
    return min(RESOLUTIONS, key=lambda side: abs(side * side - size[0] * size[1]))
