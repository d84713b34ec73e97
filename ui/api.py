"""The public endpoint, for programs: `edit_motion`, as gradio_client calls it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from motionfollower.backends import Backend
from motionfollower.errors import InputError
from motionfollower.job import EditRequest, run_edit
from motionfollower.metadata import load_run
from motionfollower.results import ResultFiles
from motionfollower.types import PrepareSettings
from ui.clips import complaint
from ui.run_tab import public_record
from ui.settings import FRAMES_LIMIT, LARGEST_SEED


def offer_api(backend: Backend, limits: dict[str, Any]) -> None:
    """Put the endpoint on hidden components: these copy files in and out, and check the ranges."""
    usual = backend.settings

    def edit_motion(
        source: str, target: str, steps: float, cfg: float, guidance: float, seed: float, frames: float
    ) -> Generator[tuple[str, dict[str, Any]], None, None]:
        """Make the person of `source` do the motion of `target`; the edited mp4 and its run.json.

        `frames` is the most frames to edit; `steps`, `cfg`, `guidance` and `seed` are those of the sampler.
        """
        complaints = [complaint(path, role) for path, role in ((source, "source"), (target, "target"))]
        if sentences := list(filter(None, complaints)):
            raise gr.Error(" ".join(sentences), print_exception=False)
        settings = replace(
            usual, steps=int(steps), cfg_scale=cfg, seed=int(seed), guidance=replace(usual.guidance, scale=guidance)
        )
        request = EditRequest(Path(source), Path(target), PrepareSettings(frames=int(frames)), settings)
        with TemporaryDirectory() as folder:
            files = ResultFiles(Path(folder))
            try:
                for _ in run_edit(request, backend, files.folder):
                    pass
            except InputError as error:
                raise gr.Error(str(error), print_exception=False) from error
            yield str(files.edited), public_record(load_run(files.run))

    with gr.Row(visible=False):
        source, target = gr.Video(label="source"), gr.Video(label="target")
        steps = gr.Slider(1, min(100, int(1000 * usual.strength)), usual.steps, step=1, label="steps")
        cfg = gr.Slider(1, 15, usual.cfg_scale, label="cfg")
        guidance = gr.Slider(0, 3, usual.guidance.scale, label="guidance")
        seed = gr.Number(usual.seed, precision=0, minimum=0, maximum=LARGEST_SEED, label="seed")
        frames = gr.Slider(1, FRAMES_LIMIT, 24, step=1, label="frames")
        edited, run, button = gr.Video(label="edited"), gr.JSON(label="run"), gr.Button("edit")
    inputs = [source, target, steps, cfg, guidance, seed, frames]
    button.click(edit_motion, inputs, [edited, run], api_name="edit_motion", **limits)
