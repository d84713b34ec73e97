"""Place the dance: the aligned pose over the source, and sliders that move it at once."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.core.config import PrepareSettings
from motionfollower.pipeline.prepare import align_prepared
from motionfollower.ui.drawing import ghost_over
from motionfollower.ui.sessions.prepared import PreparedClips
from preprocess.types import Frame

FARTHEST = 300


class AlignmentSliders:
    """The ghost and its sliders."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-bench"):
            self.ghost = gr.Image(
                label="The dance on the source", interactive=False, buttons=[], format="jpeg",
                elem_id="ghost", elem_classes="mf-media", min_width=240, scale=3,
            )  # fmt: skip
            with gr.Column(min_width=240, scale=2):
                self.scale = gr.Slider(0.5, 2, 1, step=0.01, label="Scale", elem_id="ghost-scale")
                self.x = _shift("Right, pixels", "ghost-x")
                self.y = _shift("Down, pixels", "ghost-y")
                self.foot_line = gr.Slider(
                    0, 1024, 0, step=1, label="Foot line", info="The row on which the feet stand; 0: found out.",
                    elem_id="ghost-foot",
                )  # fmt: skip
                self.reset = gr.Button("As it was", size="sm")

    @property
    def sliders(self) -> dict[str, gr.Slider]:
        """The alignment by hand, by the names of the choices."""
        return {"scale": self.scale, "x": self.x, "y": self.y, "foot_line": self.foot_line}


def pose_overlay(checked: PreparedClips, settings: PrepareSettings, index: int) -> Frame:
    """A frame of the source with the pose over it where `settings` place it."""
    poses = align_prepared(checked.prepared, settings).poses
    return ghost_over(checked.prepared.inputs.source.frames[index], poses, index)


def _shift(label: str, name: str) -> gr.Slider:
    return gr.Slider(-FARTHEST, FARTHEST, 0, step=1, label=label, elem_id=name)


def unmoved() -> list[Any]:
    """The sliders as they are at first, in their order."""
    return [1, 0, 0, 0]
