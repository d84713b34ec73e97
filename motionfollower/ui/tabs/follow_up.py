"""How to go on from a result: the same seed at full quality, or some of its frames again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import usual_settings
from motionfollower.ui.inputs.form import FRAMES_LIMIT, LARGEST_SEED, PRESETS, FormValues
from motionfollower.ui.sessions.results import SessionResult

BEST = "Quality"

Updates = dict[Any, Any]


class FollowUpPanel:
    """Finish a draft, or redo a range of frames; hidden until there is a result."""

    def __init__(self) -> None:
        with gr.Column(visible=False, elem_id="going-on") as self.row:
            self.finish = gr.Button("Finish this seed at full quality", size="sm", elem_id="finish")
            with gr.Accordion("Redo some frames", open=False, elem_id="redo"):
                with gr.Row():
                    self.first = _frame("First frame", "redo-first")
                    self.last = _frame("Last frame", "redo-last")
                    self.seed = gr.Number(43, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=90)
                self.redo = gr.Button("Redo these frames", size="sm", elem_id="redo-go")

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        return [self.row, self.first, self.last, self.seed]

    @property
    def range(self) -> list[gr.Number]:
        """The frames to redo, and the seed for them."""
        return [self.first, self.last, self.seed]

    def clear(self) -> Updates:
        """No result to go on from."""
        return {self.row: gr.Column(visible=False)}

    def show(self, run: RunMetadata) -> Updates:
        """A result, whose frames can be chosen from."""
        last = run.frames - 1
        return {
            self.row: gr.Column(visible=True),
            self.first: gr.Number(value=0, maximum=last),
            self.last: gr.Number(value=last, maximum=last),
            self.seed: (run.sampler.seed + 1) % LARGEST_SEED,
        }


def with_full_quality(kept: SessionResult, *values: Any) -> list[Any]:
    """The best preset, and the fields at it, with the seed of the run."""
    best = FormValues(*values).preset(PRESETS[kept.run.backend][BEST], usual_settings(kept.run.backend))
    return [BEST, *best._replace(seed=kept.run.sampler.seed, new_seed=False)]


def _frame(label: str, name: str) -> gr.Number:
    return gr.Number(0, label=label, precision=0, minimum=0, maximum=FRAMES_LIMIT, min_width=90, elem_id=name)
