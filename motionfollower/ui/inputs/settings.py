"""The settings: three tabs of fields, with what each means in a few words."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.core.config import SamplerSettings
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import FRAMES_LIMIT, LARGEST_SEED, PRESETS, SIDES, FormValues

SOUNDS = [("Source", "source"), ("Target", "target"), ("None", "none")]
PARTS = [("Whole body", "all"), ("Upper body", "upper"), ("Arms", "arms"), ("Legs", "legs")]
CAMERAS = [("Find out", "auto"), ("On", "on"), ("Off", "off")]
ALIGNMENTS = [
    ("The source's size and build", "bones"),
    ("The source's size, the target's build", "similarity"),
    ("As released, frame by frame", "official"),
    ("As it is", "none"),
]


class SettingsPanel:
    """Basic, Motion and Advanced; the alignment by hand and the marks are given by the tabs that show their effect."""

    def __init__(self, engine: Engine) -> None:
        usual = engine.settings
        self._presets = {name: preset.fields(usual) for name, preset in PRESETS[engine.name].items()}
        with gr.Tabs(elem_id="settings"):
            with gr.Tab("Basic"):
                self._build_basic(usual)
            with gr.Tab("Motion", render_children=True):
                self._build_motion()
            with gr.Tab("Advanced", render_children=True):
                self._build_advanced(usual)

    def _build_basic(self, usual: SamplerSettings) -> None:
        self.preset = gr.Radio(
            list(self._presets), value="Balanced", label="Preset", info=self._describe_presets(), elem_id="preset"
        )
        self.cfg = gr.Slider(
            1, 15, usual.cfg_scale, step=0.1, label="CFG", info="How strictly to follow the pose. 1 is fastest."
        )
        self.guidance = gr.Slider(
            0, 3, self._presets["Balanced"]["guidance"], step=0.05, label="Score guidance", elem_id="guidance",
            info="Keeps looks and background. 0 is off.",
        )  # fmt: skip
        self.lock = gr.Checkbox(
            True, label="Lock the background", elem_id="lock",
            info="Away from the person, pixels are exactly the source's.",
        )  # fmt: skip
        self.sound = gr.Radio(SOUNDS, value="source", label="Sound of", elem_id="sound")
        with gr.Row():
            self.seed = gr.Number(
                usual.seed, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=120, elem_id="seed"
            )
            self.new_seed = gr.Checkbox(False, label="A new one each run", min_width=120)

    def _build_motion(self) -> None:
        self.parts = gr.Radio(PARTS, value="all", label="What follows the target", elem_id="parts")
        self.blend = gr.Slider(
            0, 100, 100, step=5, label="How far, %", info="0: as in the source. 100: as in the target.", elem_id="blend"
        )
        self.align = gr.Radio(ALIGNMENTS, value="bones", label="Alignment")
        self.camera = gr.Radio(CAMERAS, value="auto", label="Moving camera", elem_id="camera")

    def _build_advanced(self, usual: SamplerSettings) -> None:
        start = self._presets["Balanced"]
        most = int(1000 * usual.strength)
        with gr.Row():
            self.steps = gr.Slider(
                1, min(100, most), start["steps"], step=1, label="Steps", min_width=150, elem_id="steps"
            )
            self.frames = gr.Slider(
                1, FRAMES_LIMIT, start["frames"], step=1, label="Frames", min_width=150, elem_id="frames"
            )
        with gr.Row():
            self.side = gr.Dropdown(
                SIDES, value=start["side"], label="Resolution", info="Side of a square as large.", min_width=150
            )
            self.fps = gr.Slider(0, 60, 0, step=1, label="Frames a second", info="0: as the source.", min_width=150)
        with gr.Accordion("Guidance of each region", open=False):
            self.foreground = _weight("Person", usual.guidance.foreground)
            self.body = _weight("Body", usual.guidance.body)
            self.overlap = _weight("Where old and new person overlap", usual.guidance.overlap)
            self.complement = _weight("Background", usual.guidance.complement)
        with gr.Accordion("Sampler", open=False):
            self.noise = gr.Slider(0, 1, usual.noise_eta, step=0.05, label="Noise", info="Fresh noise at each step.")
            self.repeats = gr.Slider(1, 10, start["repeats"], step=1, label="Repeats of a step")
            self.window = gr.Slider(1, 32, usual.window, step=1, label="Frames seen at once")
            self.shared = gr.Slider(0, 31, usual.overlap, step=1, label="Frames that windows share")
        with gr.Accordion("Savings", open=False):
            self.cfg_from = gr.Slider(0, 1, start["cfg_from"], step=0.05, label="CFG from this share of the run")
            self.cfg_until = gr.Slider(0, 1, start["cfg_until"], step=0.05, label="CFG until")
            self.every = gr.Slider(1, 10, start["every"], step=1, label="Guide one step in")
            self.reuse = gr.Slider(1, 5, start["reuse"], step=1, label="Steps that share deep features")

    def _describe_presets(self) -> str:
        return " · ".join(f"{name} {it['frames']} frames, {_count(it['steps'])}" for name, it in self._presets.items())

    def wire(self) -> None:
        """Let a preset set the fields that it speaks of."""
        fields = [getattr(self, name) for name in self._presets["Balanced"]]
        self.preset.input(
            self._apply, self.preset, fields, queue=False, api_visibility="private", show_progress="hidden"
        )

    def _apply(self, name: str) -> list[Any]:
        return list(self._presets[name].values())

    @property
    def costly(self) -> list[Any]:
        """The fields that the time depends on."""
        spans = [self.cfg_from, self.cfg_until]
        return [self.steps, self.frames, self.side, self.cfg, self.guidance, *spans, self.every, self.reuse]

    def fields(self, **elsewhere: Any) -> list[Any]:
        """The components of Choices, in its order; some are `elsewhere` on the page."""
        return [elsewhere[name] if name in elsewhere else getattr(self, name) for name in FormValues._fields]


def _weight(label: str, value: float) -> gr.Slider:
    return gr.Slider(0, 3, value, step=0.05, label=label)


def _count(steps: float) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"
