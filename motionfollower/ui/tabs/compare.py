"""The Compare tab: source and edit side by side in one image, with a divider to drag."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.ui.sessions.results import SessionResult
from motionfollower.ui.sessions.session import Updates


class CompareTab:
    """The components, and the updates that show a result in them."""

    def __init__(self) -> None:
        self.images = gr.ImageSlider(
            label="Source | edited", interactive=False, buttons=["fullscreen"], format="jpeg",
            elem_id="compare", elem_classes="mf-media",
        )  # fmt: skip
        self.frame = gr.Slider(0, 1, 0, step=1, label="Frame", elem_id="compare-frame")

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        return [self.images, self.frame]

    def clear(self) -> Updates:
        """Show nothing."""
        return {self.images: None}

    def show(self, result: SessionResult) -> Updates:
        """Show the middle frame of a result."""
        middle, last = result.run.frames // 2, max(1, result.run.frames - 1)
        return {self.images: result.frame_pair(middle), self.frame: gr.Slider(value=middle, maximum=last)}

    def wire(self, result: gr.State) -> None:
        """Let the slider choose the frame."""
        self.frame.input(
            lambda result, index: result and result.frame_pair(index), [result, self.frame], self.images,
            queue=False, api_visibility="private", show_progress="hidden", trigger_mode="always_last",
        )  # fmt: skip
