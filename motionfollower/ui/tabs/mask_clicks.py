"""Fix mask: clicks on a frame that add regions to the person's mask or remove them."""

from __future__ import annotations

import gradio as gr

from motionfollower.core.messages import frame_list
from motionfollower.core.types import Prepared
from motionfollower.ui.drawing import overlay_clicks
from motionfollower.ui.inputs.selections import Selections, frame_and_mask
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint, Frame
from preprocess.warnings import Role

HINT = (
    '<p class="mf-hint">Click where the blue mask misses the person, or where it covers background. '
    "A correction also applies to neighbouring frames.</p>"
)
ADD, REMOVE = "Add to mask", "Remove from mask"


class MaskClicks:
    """The mask over a frame, and what a click on it does."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-editor"):
            self.image = gr.Image(
                label="Person mask", interactive=False, buttons=[], format="jpeg",
                elem_id="mask-image", elem_classes="mf-media mf-click", min_width=240, scale=3,
            )  # fmt: skip
            with gr.Column(min_width=240, scale=2):
                gr.HTML(HINT, apply_default_css=False)
                self.role = gr.Radio([("Source", "source"), ("Target", "target")], value="source", label="Clip")
                self.mode = gr.Radio([ADD, REMOVE], value=ADD, label="Click mode", elem_id="click-mode")
                self.count = gr.HTML(count_html(Selections(), "source"), apply_default_css=False, elem_id="click-count")
                with gr.Row():
                    self.undo = gr.Button("Undo", size="sm", min_width=90, elem_id="click-undo")
                    self.clear = gr.Button("Clear all", size="sm", min_width=90)


def add_click(selections: Selections, role: Role, mode: str, frame: int, position: tuple[float, float]) -> Selections:
    """The selections with one more click, at a position in [0, 1] × [0, 1]."""
    return selections.with_click(role, MaskClick(ClipPoint(*position, frame), mode == ADD))


def mask_image(prepared: Prepared, selections: Selections, role: Role, index: int) -> Frame:
    """A frame of a clip, uint8 [H, W, 3], with its mask and the clicks on it."""
    clicks = [click for click in selections.clicks(role) if click.at.frame == index]
    return overlay_clicks(*frame_and_mask(prepared, role, index), clicks)


def count_html(selections: Selections, role: Role) -> str:
    """The number of clicks on a clip, and their frames."""
    clicks = selections.clicks(role)
    frames = sorted({click.at.frame for click in clicks})
    where = f" in {frame_list(frames)}" if frames else ""
    return f'<p class="mf-hint" role="status">{len(clicks)} click{"s"[: len(clicks) != 1]}{where}</p>'
