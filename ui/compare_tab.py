"""The Compare tab: source and edit in one picture, with a line to drag between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from motionfollower.metadata import RunMetadata
from motionfollower.results import ResultFiles
from preprocess.types import Frame, Frames
from preprocess.video import read_clip

LARGEST_SIDE = 768  # pixels: enough for a look, and little to keep for each session


@dataclass(frozen=True)
class Pair:
    """The frames of the source and of the edit, uint8 [F, H, W, 3] of one size."""

    source: Frames
    edited: Frames

    @classmethod
    def of(cls, run: RunMetadata, files: ResultFiles) -> Pair:
        """The pair of a run whose files are there still."""
        edited = read_clip(files.frames, fps=run.fps, max_side=LARGEST_SIDE)
        source = read_clip(run.source.path, fps=run.fps, max_frames=len(edited), size=edited.size)
        return cls(source.frames, edited.frames)

    def at(self, index: float) -> tuple[Frame, Frame]:
        """One frame of each."""
        index = min(int(index), len(self.edited) - 1)
        return self.source[index], self.edited[index]


class CompareTab:
    """The components, and the updates that show a pair in them."""

    def __init__(self) -> None:
        self.pair = gr.State(None, time_to_live=3600)
        self.pictures = gr.ImageSlider(
            label="Source | edited", interactive=False, height=480, buttons=["fullscreen"], format="jpeg",
            elem_id="compare", elem_classes="mf-media",
        )  # fmt: skip
        self.frame = gr.Slider(0, 1, 0, step=1, label="Frame", elem_id="compare-frame")

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        return [self.pair, self.pictures, self.frame]

    def clear(self) -> dict[Any, Any]:
        """Nothing to compare."""
        return {self.pair: None, self.pictures: None}

    def show(self, pair: Pair) -> dict[Any, Any]:
        """The pair, at its middle frame."""
        middle = len(pair.edited) // 2
        slider = gr.Slider(value=middle, maximum=max(1, len(pair.edited) - 1))
        return {self.pair: pair, self.pictures: pair.at(middle), self.frame: slider}

    def wire(self) -> None:
        """Let the slider choose the frame."""
        self.frame.input(
            lambda pair, index: pair and pair.at(index),
            [self.pair, self.frame], self.pictures,
            queue=False, api_visibility="private", show_progress="hidden", trigger_mode="always_last",
        )  # fmt: skip
