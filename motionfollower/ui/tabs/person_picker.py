"""Choose person: a click on the person to track, for clips with several people."""

from __future__ import annotations

import gradio as gr

from motionfollower.core.types import Prepared
from motionfollower.ui.drawing import highlight_person
from motionfollower.ui.inputs.selections import ROLES, Selections, frame_and_mask
from preprocess.types import ClipPoint, Frame
from preprocess.warnings import Role

HINT = (
    '<p class="mf-hint">By default the largest person is tracked. To track another one, click them in either clip, '
    "then press <b>Check poses</b>.</p>"
)


class PersonPicker:
    """A frame of each clip, dimmed outside the tracked person."""

    def __init__(self) -> None:
        gr.HTML(HINT, apply_default_css=False)
        with gr.Row(elem_classes="mf-pair"):
            self.images: dict[Role, gr.Image] = {role: _image(role) for role in ROLES}
        with gr.Row():
            self.tracked = gr.HTML(tracked_html(Selections()), apply_default_css=False, elem_id="tracked")
            self.reset = gr.Button("Track the largest", size="sm", min_width=140, scale=0)


def choose_person(selections: Selections, role: Role, frame: int, position: tuple[float, float]) -> Selections:
    """The selections with the person at a position in [0, 1] × [0, 1]."""
    return selections.with_person(role, ClipPoint(*position, frame))


def person_image(prepared: Prepared, selections: Selections, role: Role, index: int) -> Frame:
    """A frame of a clip, uint8 [H, W, 3], with the tracked person, and the point if it was set in this frame."""
    point = selections.person(role)
    return highlight_person(*frame_and_mask(prepared, role, index), point if point and point.frame == index else None)


def tracked_html(selections: Selections) -> str:
    """Which person is tracked in each clip."""
    people = [f"{role.capitalize()}: {_describe(selections.person(role))}" for role in ROLES]
    return f'<p class="mf-hint" role="status">{" · ".join(people)}</p>'


def _describe(point: ClipPoint | None) -> str:
    if point is None:
        return "the largest person"
    return f"the person at {point.x:.0%}, {point.y:.0%} of frame {point.frame}"


def _image(role: Role) -> gr.Image:
    return gr.Image(
        label=f"Tracked person in the {role}", interactive=False, buttons=[], format="jpeg",
        elem_id=f"person-{role}", elem_classes="mf-media mf-click", min_width=160,
    )  # fmt: skip
