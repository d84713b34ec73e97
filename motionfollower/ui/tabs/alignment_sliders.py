"""Adjust alignment: the aligned pose over the source, with sliders that move it."""

from __future__ import annotations

import gradio as gr

from motionfollower.core.config import PrepareSettings
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.prepare import align_prepared
from motionfollower.ui.drawing import overlay_pose
from motionfollower.ui.sessions.prepared import PreparedClips
from preprocess.types import Frame

MAX_SHIFT = 300  # pixels of the working size
DEFAULTS = [1, 0, 0, 0]
"""The values of the sliders before any adjustment, in their order."""


class AlignmentSliders:
    """The pose overlay and its sliders."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-editor"):
            self.overlay = gr.Image(
                label="Aligned pose on the source", interactive=False, buttons=[], format="jpeg",
                elem_id="pose-overlay", elem_classes="mf-media", min_width=240, scale=3,
            )  # fmt: skip
            with gr.Column(min_width=240, scale=2):
                self.scale = gr.Slider(0.5, 2, 1, step=0.01, label="Scale", elem_id="align-scale")
                self.shift_x = _shift("Shift right (px)", "align-x")
                self.shift_y = _shift("Shift down (px)", "align-y")
                self.foot_line = gr.Slider(
                    0, 1024, 0, step=1, label="Foot line (px)", info="Image row of the feet. 0 is automatic.",
                    elem_id="align-foot-line",
                )  # fmt: skip
                self.reset = gr.Button("Reset", size="sm")

    @property
    def sliders(self) -> dict[str, gr.Slider]:
        """The manual alignment, by the names of FormValues."""
        return {
            "scale": self.scale,
            "shift_x": self.shift_x,
            "shift_y": self.shift_y,
            "foot_line": self.foot_line,
        }


def pose_overlay(clips: PreparedClips, settings: PrepareSettings, preprocessors: Preprocessors, index: int) -> Frame:
    """A frame of the source, uint8 [H, W, 3], with the pose over it as `settings` align it."""
    poses = align_prepared(clips.prepared, settings, preprocessors).poses
    return overlay_pose(clips.inputs.source.frames[index], poses, index)


def _shift(label: str, elem_id: str) -> gr.Slider:
    return gr.Slider(-MAX_SHIFT, MAX_SHIFT, 0, step=1, label=label, elem_id=elem_id)
