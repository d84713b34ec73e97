"""Choose the person: a click on whom to follow, where a clip shows several people."""

from __future__ import annotations

import gradio as gr

from motionfollower.core.types import Prepared
from motionfollower.ui.drawing import person_over
from motionfollower.ui.inputs.marks import ROLES, Role, Selections, frame_of
from preprocess.types import ClipPoint, Frame

HINT = (
    '<p class="mf-hint">The largest person is followed. Where that is the wrong one, click the right one in either '
    "clip, then press <b>Check poses</b>.</p>"
)


class PersonPicker:
    """A frame of each clip; everybody but the followed person is dimmed."""

    def __init__(self) -> None:
        gr.HTML(HINT, apply_default_css=False)
        with gr.Row(elem_classes="mf-pair"):
            self.pictures: dict[Role, gr.Image] = {role: _picture(role) for role in ROLES}
        with gr.Row():
            self.chosen = gr.HTML(chosen_html(Selections()), apply_default_css=False, elem_id="chosen")
            self.reset = gr.Button("The largest again", size="sm", min_width=140, scale=0)


def chosen(marks: Selections, role: Role, frame: int, at: tuple[float, float]) -> Selections:
    """The marks with a person chosen at a place in [0, 1]."""
    return marks.following(role, ClipPoint(*at, frame))


def person_image(prepared: Prepared, marks: Selections, role: Role, index: int) -> Frame:
    """A frame of a clip with the followed person, and the point if it was set in this frame."""
    point = marks.person(role)
    return person_over(*frame_of(prepared, role, index), point if point and point.frame == index else None)


def chosen_html(marks: Selections) -> str:
    """Whom both clips follow, in words."""
    words = [f"{role.capitalize()}: {_whom(marks.person(role))}" for role in ROLES]
    return f'<p class="mf-hint" role="status">{" · ".join(words)}</p>'


def _whom(point: ClipPoint | None) -> str:
    if point is None:
        return "the largest person"
    return f"the person at {point.x:.0%}, {point.y:.0%} of frame {point.frame}"


def _picture(role: Role) -> gr.Image:
    return gr.Image(
        label=f"Whom to follow in the {role}", interactive=False, buttons=[], format="jpeg",
        elem_id=f"person-{role}", elem_classes="mf-media mf-click", min_width=160,
    )  # fmt: skip
