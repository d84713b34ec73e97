"""The Compare tab: source and edit in one picture, with a line to drag between them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.ui.sessions.results import SessionResult


class CompareTab:
    """The components, and the updates that show a result in them."""

    def __init__(self) -> None:
        self.pictures = gr.ImageSlider(
            label="Source | edited", interactive=False, buttons=["fullscreen"], format="jpeg",
            elem_id="compare", elem_classes="mf-media",
        )  # fmt: skip
        self.frame = gr.Slider(0, 1, 0, step=1, label="Frame", elem_id="compare-frame")

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        return [self.pictures, self.frame]

    def clear(self) -> dict[Any, Any]:
        """Nothing to compare."""
        return {self.pictures: None}

    def show(self, kept: SessionResult) -> dict[Any, Any]:
        """A result, at its middle frame."""
        middle, last = kept.run.frames // 2, max(1, kept.run.frames - 1)
        return {self.pictures: kept.pair(middle), self.frame: gr.Slider(value=middle, maximum=last)}

    def wire(self, kept: gr.State) -> None:
        """Let the slider choose the frame."""
        self.frame.input(
            lambda kept, index: kept and kept.pair(index), [kept, self.frame], self.pictures,
            queue=False, api_visibility="private", show_progress="hidden", trigger_mode="always_last",
        )  # fmt: skip
