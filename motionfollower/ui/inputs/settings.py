"""The settings panel: three tabs of fields."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.core.config import SamplerSettings
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import BALANCED, MAX_FRAMES, MAX_SEED, RESOLUTIONS, FormValues, presets_of

SOUNDS = [("Source", "source"), ("Target", "target"), ("None", "none")]
PARTS = [("Whole body", "all"), ("Upper body", "upper"), ("Arms", "arms"), ("Legs", "legs")]
CAMERAS = [("Auto", "auto"), ("On", "on"), ("Off", "off")]
ALIGNMENTS = [
    ("Match source scale and bone lengths", "bones"),
    ("Match source scale", "similarity"),
    ("Per frame, as released", "official"),
    ("None", "none"),
]


class SettingsPanel:
    """Basic, Motion and Advanced; the frame editor has the manual alignment and the selections."""

    def __init__(self, engine: Engine) -> None:
        defaults = engine.settings
        self._presets = {name: preset.values(defaults) for name, preset in presets_of(engine.info).items()}
        with gr.Tabs(elem_id="settings"):
            with gr.Tab("Basic"):
                self._build_basic(defaults)
            with gr.Tab("Motion", render_children=True):
                self._build_motion()
            with gr.Tab("Advanced", render_children=True):
                self._build_advanced(defaults)

    def _build_basic(self, defaults: SamplerSettings) -> None:
        self.preset = gr.Radio(
            list(self._presets), value=BALANCED, label="Preset", info=self._describe_presets(), elem_id="preset"
        )
        self.cfg = gr.Slider(
            1, 15, defaults.cfg_scale, step=0.1, label="CFG scale",
            info="How closely to follow the pose. 1 turns CFG off and is fastest.",
        )  # fmt: skip
        self.guidance = gr.Slider(
            0, 3, self._presets[BALANCED]["guidance"], step=0.05, label="Score guidance", elem_id="guidance",
            info="Preserves appearance and background. 0 turns it off.",
        )  # fmt: skip
        self.lock = gr.Checkbox(
            True, label="Lock background", elem_id="lock",
            info="Copy the source's pixels exactly outside the edited region.",
        )  # fmt: skip
        self.sound = gr.Radio(SOUNDS, value="source", label="Audio", elem_id="sound")
        with gr.Row():
            self.seed = gr.Number(
                defaults.seed, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, min_width=120, elem_id="seed"
            )
            self.randomize_seed = gr.Checkbox(False, label="Randomize each run", min_width=120)

    def _build_motion(self) -> None:
        self.parts = gr.Radio(PARTS, value="all", label="Body parts to re-pose", elem_id="parts")
        self.strength = gr.Slider(
            0, 100, 100, step=5, label="Motion strength (%)", elem_id="strength",
            info="0 keeps the source's motion, 100 follows the target's.",
        )  # fmt: skip
        self.align = gr.Radio(ALIGNMENTS, value="bones", label="Alignment")
        self.camera = gr.Radio(
            CAMERAS, value="auto", label="Camera mode", info="For sources with a moving camera.", elem_id="camera"
        )

    def _build_advanced(self, defaults: SamplerSettings) -> None:
        preset = self._presets[BALANCED]
        max_steps = min(100, int(1000 * defaults.strength))
        with gr.Row():
            self.steps = gr.Slider(1, max_steps, preset["steps"], step=1, label="Steps", min_width=150, elem_id="steps")
            self.frames = gr.Slider(
                1, MAX_FRAMES, preset["frames"], step=1, label="Max frames", min_width=150, elem_id="frames"
            )
        with gr.Row():
            self.resolution = gr.Dropdown(
                RESOLUTIONS, value=preset["resolution"], label="Resolution", min_width=150,
                info="Side of a square with the same area.",
            )  # fmt: skip
            self.fps = gr.Slider(0, 60, 0, step=1, label="FPS", info="0 keeps the source's rate.", min_width=150)
        with gr.Accordion("Guidance weights per region", open=False):
            self.foreground = _weight("Foreground", defaults.guidance.foreground)
            self.body = _weight("Body", defaults.guidance.body)
            self.overlap = _weight("Source–target overlap", defaults.guidance.overlap)
            self.complement = _weight("Background", defaults.guidance.complement)
        with gr.Accordion("Sampler", open=False):
            self.noise = gr.Slider(
                0, 1, defaults.noise_eta, step=0.05, label="Noise (eta)",
                info="Noise added in each step, inside the target mask.",
            )  # fmt: skip
            self.repeats = gr.Slider(1, 10, preset["repeats"], step=1, label="Repeats per step")
            self.window = gr.Slider(1, 32, defaults.window, step=1, label="Context window (frames)")
            self.window_overlap = gr.Slider(0, 31, defaults.overlap, step=1, label="Window overlap (frames)")
        with gr.Accordion("Speed", open=False):
            self.cfg_start = gr.Slider(
                0, 1, preset["cfg_start"], step=0.05, label="CFG start", info="As a fraction of the steps."
            )
            self.cfg_end = gr.Slider(
                0, 1, preset["cfg_end"], step=0.05, label="CFG end", info="As a fraction of the steps."
            )
            self.guidance_interval = gr.Slider(
                1, 10, preset["guidance_interval"], step=1, label="Guidance interval", info="Guide every n-th step."
            )
            self.reuse = gr.Slider(
                1, 5, preset["reuse"], step=1, label="Feature reuse", info="Steps that share deep features (DeepCache)."
            )

    def _describe_presets(self) -> str:
        return " · ".join(
            f"{name}: {values['frames']} frames, {_count(values['steps'])}" for name, values in self._presets.items()
        )

    def wire(self) -> None:
        """Let a preset set its fields."""
        fields = [getattr(self, name) for name in self._presets[BALANCED]]
        self.preset.input(
            self._apply, self.preset, fields, queue=False, api_visibility="private", show_progress="hidden"
        )

    def _apply(self, name: str) -> list[Any]:
        return list(self._presets[name].values())

    @property
    def runtime_fields(self) -> list[Any]:
        """The fields that the run time depends on."""
        cfg = [self.cfg, self.cfg_start, self.cfg_end]
        return [self.steps, self.frames, self.resolution, *cfg, self.guidance, self.guidance_interval, self.reuse]

    def fields(self, **elsewhere: Any) -> list[Any]:
        """The components of FormValues, in its order; `elsewhere` are those outside the panel."""
        return [elsewhere[name] if name in elsewhere else getattr(self, name) for name in FormValues._fields]


def _weight(label: str, value: float) -> gr.Slider:
    return gr.Slider(0, 3, value, step=0.05, label=label)


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"
