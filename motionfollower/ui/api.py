"""The endpoints for programs, `prepare_motion` and `edit_motion`, as gradio_client and MCP clients call them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from shutil import make_archive
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import gradio as gr

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.errors import InputError
from motionfollower.core.messages import messages
from motionfollower.core.types import Prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import load_run_record
from motionfollower.pipeline.checks import CheckResult, check_inputs
from motionfollower.pipeline.run import run_edit, run_prepare
from motionfollower.ui.drawing import overlay_poses
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.clips import clip_problem
from motionfollower.ui.inputs.form import MAX_FRAMES, MAX_SEED
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.tabs.preprocess import check_texts
from motionfollower.ui.tabs.run import public_record
from preprocess.video.write import write_video

Record = dict[str, Any]
Result = TypeVar("Result")


class Endpoints:
    """The functions behind the endpoints; their calls wait in the same queue as the page's jobs."""

    def __init__(self, engine: Engine, queue: WorkQueue) -> None:
        self._engine, self._queue = engine, queue

    def prepare_motion(self, source: str, target: str, frames: float) -> Generator[tuple[str, str, Record], None, None]:
        """Detect poses and masks in two clips and align the target's motion to the source, without editing.

        Args:
            source: clip of the person to re-pose.
            target: clip of the motion to follow.
            frames: maximum number of frames.

        Returns:
            an mp4 of the aligned poses over the source; a zip of the inputs in the released example layout,
            with prepare.json; a report with the alignment, the warnings, and the findings per frame.
        """
        with self._work_on(source, target) as folder:
            settings, preprocessors = PrepareSettings(frames=int(frames)), self._engine.load().preprocessors
            case, aligned = folder / "case", folder / "aligned.mp4"
            prepared = self._run(lambda: run_prepare(Path(source), Path(target), settings, preprocessors, case))
            clip, poses = prepared.inputs.source, prepared.inputs.aligned_poses
            write_video(aligned, overlay_poses(clip.frames, poses), clip.fps)
            yield str(aligned), make_archive(str(case), "zip", case), _report(prepared)

    def edit_motion(
        self, source: str, target: str, steps: float, cfg: float, guidance: float, seed: float, frames: float
    ) -> Generator[tuple[str, Record], None, None]:
        """Re-pose the person in a video with the motion of another; background, camera and identity stay.

        Args:
            source: clip of the person to re-pose.
            target: clip of the motion to follow.
            steps: denoising steps.
            cfg: classifier-free guidance scale; 1 turns it off and is fastest.
            guidance: score guidance scale, which preserves appearance and background; 0 turns it off.
            seed: random seed; the same seed and settings give the same result.
            frames: maximum number of frames.

        Returns:
            the edited mp4, and its run.json: settings, seed, checksums, versions, timings, warnings.
        """
        with self._work_on(source, target) as folder:
            defaults = self._engine.settings
            weights = replace(defaults.guidance, scale=guidance)
            settings = replace(defaults, steps=int(steps), cfg_scale=cfg, seed=int(seed), guidance=weights)
            config = EditConfig(Path(source), Path(target), PrepareSettings(frames=int(frames)), settings)
            files = ResultFiles(folder)
            self._run(lambda: run_edit(config, self._engine.load(), files.folder))
            yield str(files.edited), public_record(load_run_record(files.run))

    def _run(self, job: Callable[[], Result]) -> Result:
        """Run a job in the worker thread."""
        return self._queue.thread.submit(job).result()

    @contextmanager
    def _work_on(self, source: str, target: str) -> Iterator[Path]:
        """Wait in the queue; a temporary folder for the work. Invalid inputs raise gr.Error."""
        problems = [clip_problem(path, role) for path, role in ((source, "source"), (target, "target"))]
        if found := list(filter(None, problems)):
            raise gr.Error(" ".join(found), print_exception=False)
        with self._queue.ticket() as ticket, TemporaryDirectory() as folder:
            for _ in ticket.wait():
                pass
            try:
                yield Path(folder)
            except InputError as error:
                raise gr.Error(str(error), print_exception=False) from error


def add_endpoints(engine: Engine, queue: WorkQueue, limits: dict[str, Any]) -> None:
    """Add the endpoints on hidden components, which transfer the files and validate the ranges."""
    defaults, endpoints = engine.settings, Endpoints(engine, queue)
    with gr.Row(visible=False):
        source, target = gr.Video(label="source"), gr.Video(label="target")
        steps = gr.Slider(1, min(100, int(1000 * defaults.strength)), defaults.steps, step=1, label="steps")
        cfg = gr.Slider(1, 15, defaults.cfg_scale, label="cfg")
        guidance = gr.Slider(0, 3, defaults.guidance.scale, label="guidance")
        seed = gr.Number(defaults.seed, precision=0, minimum=0, maximum=MAX_SEED, label="seed")
        frames = gr.Slider(1, MAX_FRAMES, 24, step=1, label="frames")
        edited, run, edit = gr.Video(label="edited"), gr.JSON(label="run"), gr.Button("edit")
        aligned, case, report = gr.Video(label="aligned"), gr.File(label="case"), gr.JSON(label="report")
        prepare = gr.Button("prepare")
    inputs = [source, target, steps, cfg, guidance, seed, frames]
    edit.click(endpoints.edit_motion, inputs, [edited, run], api_name="edit_motion", **limits)
    outputs = [aligned, case, report]
    prepare.click(endpoints.prepare_motion, [source, target, frames], outputs, api_name="prepare_motion", **limits)


def _report(prepared: Prepared) -> Record:
    return {
        "alignment": asdict(prepared.alignment),
        "warnings": messages(prepared.inputs.warnings),
        "findings": [_finding(result) for result in check_inputs(prepared)],
    }


def _finding(result: CheckResult) -> Record:
    what, where, advice = check_texts(result)
    return {"level": result.level, "what": what, "where": where, "advice": advice}
