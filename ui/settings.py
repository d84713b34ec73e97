"""The settings: what they are called, their presets, and what they ask of the library."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from motionfollower.types import Align, Camera, GuidanceSettings, PrepareSettings, SamplerSettings
from preprocess.probe import probe
from preprocess.sizes import working_size
from preprocess.types import Size
from ui.engine import Engine

FRAMES_LIMIT = 240
LARGEST_SEED = 2**31 - 1
SIDES = [256, 384, 512, 640, 768]
CAMERAS = [("Find out", "auto"), ("On", "on"), ("Off", "off")]
ALIGNMENTS = [
    ("One size, on the source's ground", "similarity"),
    ("Limbs as long as the source's", "bones"),
    ("As released, frame by frame", "official"),
    ("As it is", "none"),
]


class Choices(NamedTuple):
    """The values of the panel, in the order of its fields."""

    cfg: float
    guidance: float
    seed: int
    new_seed: bool
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
    camera: Camera
    align: Align
    scale: float
    x: float
    y: float
    foot_line: float

    def prepare_settings(self, source: str) -> PrepareSettings:
        """How to read and align the clips; the size has the source's aspect."""
        return PrepareSettings(
            align=self.align,
            frames=int(self.frames),
            size=working_size(probe(source).size, area=int(self.side) ** 2),
            fps=self.fps or None,
            scale=self.scale,
            shift=(self.x, self.y),
            foot_line=self.foot_line,
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
            guidance=GuidanceSettings(self.guidance, *weights, usual.guidance.regions),
        )


@dataclass(frozen=True)
class Preset:
    """A speed for a quality."""

    steps: int
    guidance: float
    frames: int
    side: int


PRESETS = {
    "embedded": {
        "Draft": Preset(1, 0.0, 8, 384),
        "Balanced": Preset(1, 0.0, 24, 512),
        "Quality": Preset(4, 0.0, 48, 512),
    },
    "full": {
        "Draft": Preset(15, 0.0, 16, 512),
        "Balanced": Preset(30, 1.0, 24, 512),
        "Quality": Preset(50, 1.0, 48, 512),
    },
}


class SettingsPanel:
    """Basic and Advanced, in two tabs; the alignment's sliders are given by the tab that shows their effect."""

    def __init__(self, engine: Engine) -> None:
        self._presets = PRESETS[engine.name]
        with gr.Tabs():
            with gr.Tab("Basic"):
                self._build_basic(engine.settings)
            with gr.Tab("Advanced"):
                self._build_advanced(engine.settings)

    def _build_basic(self, usual: SamplerSettings) -> None:
        self.preset = gr.Radio(list(self._presets), value="Balanced", label="Preset", info=self._describe_presets())
        self.cfg = gr.Slider(
            1, 15, usual.cfg_scale, step=0.1, label="CFG", info="How strictly to follow the pose. 1 is fastest."
        )
        self.guidance = gr.Slider(
            0, 3, usual.guidance.scale, step=0.05, label="Score guidance",
            info="Holds on to looks and background. 0 switches it off; other values take about twice the time.",
        )  # fmt: skip
        with gr.Row():
            self.seed = gr.Number(
                usual.seed, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=120, elem_id="seed"
            )
            self.new_seed = gr.Checkbox(False, label="A new one each run", min_width=120)

    def _build_advanced(self, usual: SamplerSettings) -> None:
        start = self._presets["Balanced"]
        most = int(1000 * usual.strength)
        with gr.Row():
            self.steps = gr.Slider(1, min(100, most), start.steps, step=1, label="Steps", elem_id="steps")
            self.frames = gr.Slider(1, FRAMES_LIMIT, start.frames, step=1, label="Frames", elem_id="frames")
        with gr.Row():
            self.side = gr.Dropdown(SIDES, value=start.side, label="Resolution", info="Side of a square as large.")
            self.fps = gr.Slider(0, 60, 0, step=1, label="Frames a second", info="0: as the source.")
        self.camera = gr.Radio(CAMERAS, value="auto", label="Moving camera")
        self.align = gr.Radio(ALIGNMENTS, value="similarity", label="Alignment")
        with gr.Accordion("Guidance of each region", open=False):
            self.foreground = _weight("Person", usual.guidance.foreground)
            self.body = _weight("Body", usual.guidance.body)
            self.overlap = _weight("Where old and new person overlap", usual.guidance.overlap)
            self.complement = _weight("Background", usual.guidance.complement)
        with gr.Accordion("Sampler", open=False):
            self.noise = gr.Slider(0, 1, usual.noise_eta, step=0.05, label="Noise", info="Fresh noise at each step.")
            self.repeats = gr.Slider(1, 10, usual.repeats, step=1, label="Repeats of a step")
            self.window = gr.Slider(1, 32, usual.window, step=1, label="Frames seen at once")
            self.shared = gr.Slider(0, 31, usual.overlap, step=1, label="Frames that windows share")

    def _describe_presets(self) -> str:
        return " · ".join(f"{name}: {p.frames} frames, {_count(p.steps)}" for name, p in self._presets.items())

    def wire(self) -> None:
        """Let a preset set the fields that it speaks of."""
        fields = [self.steps, self.guidance, self.frames, self.side]
        self.preset.input(
            self._apply, self.preset, fields, queue=False, api_visibility="private", show_progress="hidden"
        )

    def _apply(self, name: str) -> list[Any]:
        preset = self._presets[name]
        return [preset.steps, preset.guidance, preset.frames, preset.side]

    def fields(self, **placing: gr.Slider) -> list[Any]:
        """The components of Choices, in its order; `placing` are those of the alignment by hand."""
        return [placing[name] if name in placing else getattr(self, name) for name in Choices._fields]


def nearest_side(size: Size) -> int:
    """The side on offer whose square is most like `size`."""
    return min(SIDES, key=lambda side: abs(side * side - size[0] * size[1]))


def _weight(label: str, value: float) -> gr.Slider:
    return gr.Slider(0, 3, value, step=0.05, label=label)


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"
