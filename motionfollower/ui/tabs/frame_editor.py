"""The frame editor of the Preprocess tab: adjust the alignment, fix the mask and choose the person in a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from motionfollower.core.errors import InputError
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import MAX_FRAMES, FormValues
from motionfollower.ui.inputs.selections import ROLES, Selections
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.session import Updates
from motionfollower.ui.tabs.alignment_sliders import DEFAULTS, AlignmentSliders, pose_overlay
from motionfollower.ui.tabs.mask_clicks import MaskClicks, add_click, count_html, mask_image
from motionfollower.ui.tabs.person_picker import PersonPicker, choose_person, person_image, tracked_html
from preprocess.warnings import Role

LATEST: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "always_last"}
IMMEDIATE: dict[str, Any] = {"queue": False, **LATEST}
STATEFUL: dict[str, Any] = {"concurrency_limit": None, **LATEST}
"""For events that change a State: only queued ones tell Gradio about it."""


class FrameEditor:
    """Three tabs over one frame of the clips."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.selections = gr.State(Selections())
        self.frame = gr.Slider(0, MAX_FRAMES, 12, step=1, label="Frame", elem_id="editor-frame")
        with gr.Tabs(elem_id="frame-editor"):
            with gr.Tab("Adjust alignment"):
                self._alignment = AlignmentSliders()
            with gr.Tab("Fix mask", render_children=True):
                self._mask = MaskClicks()
            with gr.Tab("Choose person", render_children=True):
                self._people = PersonPicker()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of FormValues that are set here, by name."""
        return {**self._alignment.sliders, "selections": self.selections}

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        return [self.frame, self._alignment.foot_line, *self._images]

    @property
    def _images(self) -> list[Any]:
        return [self._alignment.overlay, *self._selection_images]

    @property
    def _selection_images(self) -> list[Any]:
        return [self._mask.image, *self._people.images.values()]

    @property
    def role(self) -> gr.Radio:
        """The clip whose mask is shown."""
        return self._mask.role

    def clear(self) -> Updates:
        """Show nothing."""
        return dict.fromkeys(self._images)

    def show(self, clips: PreparedClips, frame: float, role: Role, selections: Selections) -> Updates:
        """Show a frame, or the last one where the clips are shorter."""
        source, index = clips.inputs.source, _frame_index(frame, clips)
        return {
            self.frame: gr.Slider(value=index, maximum=max(1, len(source) - 1)),
            self._alignment.foot_line: gr.Slider(maximum=source.size[1]),
            self._alignment.overlay: pose_overlay(clips, clips.settings, self._engine.load().preprocessors, index),
            **self._show_selections(clips, index, role, selections),
        }

    def _show_selections(self, clips: PreparedClips, index: int, role: Role, selections: Selections) -> Updates:
        people = {self._people.images[of]: person_image(clips.prepared, selections, of, index) for of in ROLES}
        return {self._mask.image: mask_image(clips.prepared, selections, role, index), **people}

    def wire(self, prepared: gr.State, fields: list[Any], motion_fields: list[Any]) -> None:
        """React to sliders, clicks, and the `motion_fields` of the settings panel, which change the alignment too."""
        inputs = [prepared, self.frame, self.role, self.selections]
        gr.on([self.frame.input, self.role.change], self._show_frame, inputs, self.components, **IMMEDIATE)
        outputs = [*self._selection_images, self._mask.count, self._people.tracked]
        gr.on([self.selections.change, self.role.change], self._update_selections, inputs, outputs, **IMMEDIATE)
        self._wire_alignment([prepared, self.frame, *fields], prepared, motion_fields)
        self._wire_clicks()

    def _wire_alignment(self, inputs: list[Any], prepared: gr.State, motion_fields: list[Any]) -> None:
        """Move the overlay at once, then align and predict the masks again."""
        overlay, sliders = self._alignment.overlay, [*self._alignment.sliders.values()]
        moves = [field.input for field in (*sliders, *motion_fields)]
        gr.on(moves, self._move_overlay, inputs, overlay, **IMMEDIATE)
        gr.on([*moves, self.selections.change], self._realign, inputs, prepared, **STATEFUL)
        reset = self._alignment.reset.click(lambda: DEFAULTS, None, sliders, **IMMEDIATE)
        reset.then(self._move_overlay, inputs, overlay, **IMMEDIATE)
        reset.then(self._realign, inputs, prepared, **STATEFUL)

    def _wire_clicks(self) -> None:
        mask, people = self._mask, self._people
        inputs = [self.selections, self.role, mask.mode, self.frame, mask.image]
        mask.image.select(self._add_click, inputs, self.selections, **STATEFUL)
        mask.undo.click(Selections.without_last_click, [self.selections, self.role], self.selections, **STATEFUL)
        mask.clear.click(Selections.without_clicks, [self.selections, self.role], self.selections, **STATEFUL)
        for role, image in people.images.items():
            image.select(self._choose_person(role), [self.selections, self.frame, image], self.selections, **STATEFUL)
        people.reset.click(Selections, None, self.selections, **STATEFUL)

    def _move_overlay(self, clips: PreparedClips | None, frame: float, *values: Any) -> Any:
        if clips is None:
            return gr.skip()
        settings = FormValues(*values).realign_settings(clips.settings)
        return pose_overlay(clips, settings, self._engine.load().preprocessors, _frame_index(frame, clips))

    def _realign(self, clips: PreparedClips | None, frame: float, *values: Any) -> Any:
        if clips is None:
            return gr.skip()
        try:
            settings = FormValues(*values).realign_settings(clips.settings)
            return clips.realigned(settings, self._engine.load().preprocessors)
        except InputError as error:
            gr.Warning(str(error))
            return gr.skip()

    def _add_click(
        self, selections: Selections, role: Role, mode: str, frame: float, image: Any, event: gr.SelectData
    ) -> Selections:
        return add_click(selections, role, mode, int(frame), relative_position(image, event))

    def _choose_person(self, role: Role) -> Callable[..., Selections]:
        def choose(selections: Selections, frame: float, image: Any, event: gr.SelectData) -> Selections:
            return choose_person(selections, role, int(frame), relative_position(image, event))

        return choose

    def _show_frame(self, clips: PreparedClips | None, frame: float, role: Role, selections: Selections) -> Any:
        return gr.skip() if clips is None else self.show(clips, frame, role, selections)

    def _update_selections(
        self, clips: PreparedClips | None, frame: float, role: Role, selections: Selections
    ) -> Updates:
        """Draw the points at once, before the masks that follow from them."""
        texts = {self._mask.count: count_html(selections, role), self._people.tracked: tracked_html(selections)}
        if clips is None:
            return texts
        return {**texts, **self._show_selections(clips, _frame_index(frame, clips), role, selections)}


def _frame_index(frame: float, clips: PreparedClips) -> int:
    return min(int(frame), len(clips.inputs.source) - 1)


def relative_position(image: Any, event: gr.SelectData) -> tuple[float, float]:
    """The position of a click in [0, 1] × [0, 1]; Gradio gives it in pixels of the image uint8 [H, W, 3]."""
    height, width = image.shape[:2]
    x, y = event.index
    return min(1.0, max(0.0, (x + 0.5) / width)), min(1.0, max(0.0, (y + 0.5) / height))
