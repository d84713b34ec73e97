"""The workbench of the Preprocess tab: one frame at a time, to place the dance, fix the mask, choose the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from motionfollower.core.errors import InputError
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import FRAMES_LIMIT, FormValues
from motionfollower.ui.inputs.marks import ROLES, Role, Selections
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.tabs.alignment_sliders import AlignmentSliders, pose_overlay, unmoved
from motionfollower.ui.tabs.mask_clicks import MaskClicks, clicked, count_html, mask_image
from motionfollower.ui.tabs.person_picker import PersonPicker, chosen, chosen_html, person_image

Updates = dict[Any, Any]
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}
SETTING: dict[str, Any] = {"concurrency_limit": None, **QUIET}
"""Only events of the queue tell Gradio that a State has changed."""


class Workbench:
    """Three tabs over one frame of the clips."""

    def __init__(self) -> None:
        self.marks = gr.State(Selections())
        self.frame = gr.Slider(0, FRAMES_LIMIT, 12, step=1, label="Frame", elem_id="bench-frame")
        with gr.Tabs(elem_id="bench"):
            with gr.Tab("Place the dance"):
                self._placing = AlignmentSliders()
            with gr.Tab("Fix the mask", render_children=True):
                self._fixing = MaskClicks()
            with gr.Tab("Choose the person", render_children=True):
                self._choosing = PersonPicker()

    @property
    def fields(self) -> dict[str, Any]:
        """The choices that are made here, by their names."""
        return {**self._placing.sliders, "marks": self.marks}

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        return [self.frame, self._placing.foot_line, *self._pictures]

    @property
    def _pictures(self) -> list[Any]:
        return [self._placing.ghost, self._fixing.picture, *self._choosing.pictures.values()]

    def clear(self) -> Updates:
        """Nothing to work on."""
        return dict.fromkeys(self._pictures)

    def show(self, checked: PreparedClips, frame: float, role: Role, marks: Selections) -> Updates:
        """The pictures of a frame, the last one where there are fewer."""
        source = checked.prepared.inputs.source
        index = min(int(frame), len(source) - 1)
        return {
            self.frame: gr.Slider(value=index, maximum=max(1, len(source) - 1)),
            self._placing.foot_line: gr.Slider(maximum=source.size[1]),
            self._placing.ghost: pose_overlay(checked, checked.settings, index),
            **self._show_marks(checked, index, role, marks),
        }

    def _show_marks(self, checked: PreparedClips, index: int, role: Role, marks: Selections) -> Updates:
        prepared, people = checked.prepared, self._choosing.pictures
        return {
            self._fixing.picture: mask_image(prepared, marks, role, index),
            **{people[of]: person_image(prepared, marks, of, index) for of in ROLES},
        }

    @property
    def role(self) -> gr.Radio:
        """The clip whose mask is shown."""
        return self._fixing.role

    def wire(self, engine: Engine, source: gr.Video, checked: gr.State, fields: list[Any], also: list[Any]) -> None:
        """Follow the sliders, the clicks, and the fields of the panel that move the dance `also`."""
        shown = [checked, self.frame, self.role, self.marks]
        gr.on([self.frame.input, self.role.change], self._look, shown, self.components, **AT_ONCE)
        marked = [*self._pictures[1:], self._fixing.count, self._choosing.chosen]
        gr.on([self.marks.change, self.role.change], self._mark, shown, marked, **AT_ONCE)
        self._wire_moves(engine, [source, checked, self.frame, *fields], checked, also)
        self._wire_clicks()

    def _wire_moves(self, engine: Engine, inputs: list[Any], checked: gr.State, also: list[Any]) -> None:
        """The ghost moves at once; then the masks are foretold anew."""

        def move(source: str | None, checked: PreparedClips | None, frame: float, *values: Any) -> Any:
            if checked is None or source is None:
                return gr.skip()
            last = len(checked.prepared.inputs.source) - 1
            return pose_overlay(checked, FormValues(*values).prepare_settings(source), min(int(frame), last))

        def settle(source: str | None, checked: PreparedClips | None, frame: float, *values: Any) -> Any:
            if checked is None or source is None:
                return gr.skip()
            try:
                return checked.aligned(FormValues(*values).prepare_settings(source), engine.load().preprocessors)
            except InputError as error:
                gr.Warning(str(error))
                return gr.skip()

        sliders = [*self._placing.sliders.values()]
        moves = [field.input for field in (*sliders, *also)]
        gr.on(moves, move, inputs, self._placing.ghost, **AT_ONCE)
        gr.on([*moves, self.marks.change], settle, inputs, checked, **SETTING)
        reset = self._placing.reset.click(unmoved, None, sliders, **AT_ONCE)
        reset.then(move, inputs, self._placing.ghost, **AT_ONCE)
        reset.then(settle, inputs, checked, **SETTING)

    def _wire_clicks(self) -> None:
        fixing, choosing = self._fixing, self._choosing
        shown = [self.marks, self.role, fixing.meaning, self.frame, fixing.picture]
        fixing.picture.select(self._click, shown, self.marks, **SETTING)
        fixing.undo.click(Selections.undone, [self.marks, self.role], self.marks, **SETTING)
        fixing.clear.click(Selections.cleared, [self.marks, self.role], self.marks, **SETTING)
        for role, picture in choosing.pictures.items():
            picture.select(self._choose(role), [self.marks, self.frame, picture], self.marks, **SETTING)
        choosing.reset.click(Selections, None, self.marks, **SETTING)

    def _click(
        self, marks: Selections, role: Role, meaning: str, frame: float, picture: Any, at: gr.SelectData
    ) -> Selections:
        return clicked(marks, role, meaning, int(frame), share_of(picture, at))

    def _choose(self, role: Role) -> Callable[..., Selections]:
        def choose(marks: Selections, frame: float, picture: Any, at: gr.SelectData) -> Selections:
            return chosen(marks, role, int(frame), share_of(picture, at))

        return choose

    def _look(self, checked: PreparedClips | None, frame: float, role: Role, marks: Selections) -> Any:
        return gr.skip() if checked is None else self.show(checked, frame, role, marks)

    def _mark(self, checked: PreparedClips | None, frame: float, role: Role, marks: Selections) -> Updates:
        """Points are seen at once, before what follows from them."""
        words = {self._fixing.count: count_html(marks, role), self._choosing.chosen: chosen_html(marks)}
        if checked is None:
            return words
        index = min(int(frame), len(checked.prepared.inputs.source) - 1)
        return {**words, **self._show_marks(checked, index, role, marks)}


def share_of(picture: Any, at: gr.SelectData) -> tuple[float, float]:
    """A click's place in [0, 1]; Gradio gives it in pixels of the picture uint8 [H, W, 3]."""
    height, width = picture.shape[:2]
    x, y = at.index
    return min(1.0, max(0.0, (x + 0.5) / width)), min(1.0, max(0.0, (y + 0.5) / height))
