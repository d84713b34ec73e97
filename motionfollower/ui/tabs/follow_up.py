"""Follow-up edits of a result: the same seed at full quality, or some frames again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import backend_info
from motionfollower.ui.inputs.form import BEST, MAX_FRAMES, MAX_SEED, FormValues, presets_of
from motionfollower.ui.sessions.results import SessionResult
from motionfollower.ui.sessions.session import Updates


class FollowUpPanel:
    """Rerun at full quality, or regenerate a range of frames; hidden until there is a result."""

    def __init__(self) -> None:
        with gr.Column(visible=False, elem_id="follow-up") as self.column:
            self.rerun = gr.Button("Rerun this seed at full quality", size="sm", elem_id="rerun")
            with gr.Accordion("Regenerate frames", open=False, elem_id="redo"):
                with gr.Row():
                    self.first = _frame("First frame", "redo-first")
                    self.last = _frame("Last frame", "redo-last")
                    self.seed = gr.Number(43, label="Seed", precision=0, minimum=0, maximum=MAX_SEED, min_width=90)
                self.redo = gr.Button("Regenerate", size="sm", elem_id="redo-go")

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        return [self.column, self.first, self.last, self.seed]

    @property
    def range(self) -> list[gr.Number]:
        """The first and last frame to regenerate, and the seed for them."""
        return [self.first, self.last, self.seed]

    def clear(self) -> Updates:
        """Hide the panel."""
        return {self.column: gr.Column(visible=False)}

    def show(self, run: RunMetadata) -> Updates:
        """Offer the frames of a run."""
        last = run.frames - 1
        return {
            self.column: gr.Column(visible=True),
            self.first: gr.Number(value=0, maximum=last),
            self.last: gr.Number(value=last, maximum=last),
            self.seed: (run.sampler.seed + 1) % MAX_SEED,
        }


def with_full_quality(result: SessionResult, *values: Any) -> list[Any]:
    """The best preset, and the form's values at it with the seed of the run."""
    info = backend_info(result.run.backend)
    best = FormValues(*values).with_preset(presets_of(info)[BEST], info.settings)
    return [BEST, *best._replace(seed=result.run.sampler.seed, randomize_seed=False)]


def _frame(label: str, elem_id: str) -> gr.Number:
    return gr.Number(0, label=label, precision=0, minimum=0, maximum=MAX_FRAMES, min_width=90, elem_id=elem_id)
