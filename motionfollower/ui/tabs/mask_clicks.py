"""Fix the mask: clicks on a frame that say what belongs to the person and what doesn't."""

from __future__ import annotations

import gradio as gr

from motionfollower.core.types import Prepared
from motionfollower.ui.drawing import clicks_over
from motionfollower.ui.inputs.marks import Role, Selections, frame_of
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint, Frame

HINT = (
    '<p class="mf-hint">Click the person where the blue is missing, or the background where it spills. '
    "Frames near by follow.</p>"
)
ADD, REMOVE = "Belongs to the person", "Doesn't belong"


class MaskClicks:
    """The mask over a frame, and what a click on it means."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-bench"):
            self.picture = gr.Image(
                label="Mask of the frame", interactive=False, buttons=[], format="jpeg",
                elem_id="mask-picture", elem_classes="mf-media mf-click", min_width=240, scale=3,
            )  # fmt: skip
            with gr.Column(min_width=240, scale=2):
                gr.HTML(HINT, apply_default_css=False)
                self.role = gr.Radio([("Source", "source"), ("Target", "target")], value="source", label="Clip")
                self.meaning = gr.Radio([ADD, REMOVE], value=ADD, label="What you click", elem_id="click-meaning")
                self.count = gr.HTML(count_html(Selections(), "source"), apply_default_css=False, elem_id="click-count")
                with gr.Row():
                    self.undo = gr.Button("Undo", size="sm", min_width=90, elem_id="click-undo")
                    self.clear = gr.Button("Clear all", size="sm", min_width=90)


def clicked(marks: Selections, role: Role, meaning: str, frame: int, at: tuple[float, float]) -> Selections:
    """The marks with one more click at a place in [0, 1]."""
    return marks.clicked(role, MaskClick(ClipPoint(*at, frame), meaning == ADD))


def mask_image(prepared: Prepared, marks: Selections, role: Role, index: int) -> Frame:
    """A frame of a clip with its mask and the clicks on it."""
    return clicks_over(
        *frame_of(prepared, role, index), [click for click in marks.clicks(role) if click.at.frame == index]
    )


def count_html(marks: Selections, role: Role) -> str:
    """How many clicks there are, and where."""
    clicks = marks.clicks(role)
    frames = sorted({click.at.frame for click in clicks})
    where = f" in frame{'s'[: len(frames) > 1]} {', '.join(map(str, frames))}" if frames else ""
    return f'<p class="mf-hint" role="status">{len(clicks)} click{"s"[: len(clicks) != 1]}{where}</p>'
