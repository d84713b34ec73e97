"""The public endpoints, for programs: `prepare_motion` and `edit_motion`, as gradio_client calls them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import make_archive
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import gradio as gr

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.errors import InputError
from motionfollower.core.events import Event
from motionfollower.core.types import Prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import load_run_record
from motionfollower.pipeline.checks import check_inputs
from motionfollower.pipeline.run import run_edit, run_prepare
from motionfollower.ui.drawing import poses_over
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.clips import complaint
from motionfollower.ui.inputs.form import FRAMES_LIMIT, LARGEST_SEED
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.tabs.run import public_record
from preprocess.progress import frame_list, run_to_end
from preprocess.video.write import write_video

Record = dict[str, Any]
Result = TypeVar("Result")


class Endpoints:
    """What programs may ask for; they line up with everybody else."""

    def __init__(self, engine: Engine, turns: WorkQueue) -> None:
        self._engine, self._turns = engine, turns

    def prepare_motion(self, source: str, target: str, frames: float) -> Generator[tuple[str, str, Record], None, None]:
        """Find the poses and masks of two clips and align the target's motion to the source, before any edit.

        Args:
            source: the clip whose person is to move.
            target: the clip whose motion is wanted.
            frames: the most frames to look at.

        Returns:
            an mp4 of the aligned motion over the source; a zip of the pictures in the released example layout,
            with prepare.json; a report: the alignment, warnings, and what is doubtful in which frames.
        """
        with self._at_work(source, target) as folder:
            settings, preprocessors = PrepareSettings(frames=int(frames)), self._engine.load().preprocessors
            case, aligned = folder / "case", folder / "aligned.mp4"
            prepared = self._do(run_prepare(Path(source), Path(target), settings, preprocessors, case))
            clip, poses = prepared.inputs.source, prepared.inputs.aligned_poses
            write_video(aligned, poses_over(clip.frames, poses), clip.fps)
            yield str(aligned), make_archive(str(case), "zip", case), _report(prepared)

    def edit_motion(
        self, source: str, target: str, steps: float, cfg: float, guidance: float, seed: float, frames: float
    ) -> Generator[tuple[str, Record], None, None]:
        """Make the person of one clip do the motion of another; background, camera and looks stay.

        Args:
            source: the clip that is edited.
            target: the clip whose motion is wanted.
            steps: denoising steps.
            cfg: how strictly to follow the pose; 1 is fastest.
            guidance: how much to hold on to looks and background; 0 switches it off.
            seed: the noise; the same one gives the same clip.
            frames: the most frames to edit.

        Returns:
            the edited mp4, and its run.json: settings, seed, digests, versions, timings, warnings.
        """
        with self._at_work(source, target) as folder:
            usual = self._engine.settings
            settings = replace(
                usual, steps=int(steps), cfg_scale=cfg, seed=int(seed), guidance=replace(usual.guidance, scale=guidance)
            )
            request = EditConfig(Path(source), Path(target), PrepareSettings(frames=int(frames)), settings)
            files = ResultFiles(folder)
            self._do(run_edit(request, self._engine.load(), files.folder))
            yield str(files.edited), public_record(load_run_record(files.run))

    def _do(self, events: Generator[Event, None, Result]) -> Result:
        """Work to its end, where all heavy work is done."""
        return self._turns.thread.submit(run_to_end, events).result()

    @contextmanager
    def _at_work(self, source: str, target: str) -> Iterator[Path]:
        """A folder for the work on two clips whose turn has come; what is wrong with them becomes gr.Error."""
        complaints = [complaint(path, role) for path, role in ((source, "source"), (target, "target"))]
        if sentences := list(filter(None, complaints)):
            raise gr.Error(" ".join(sentences), print_exception=False)
        with self._turns.lining_up() as place, TemporaryDirectory() as folder:
            for _ in place.wait():
                pass
            try:
                yield Path(folder)
            except InputError as error:
                raise gr.Error(str(error), print_exception=False) from error


def offer_api(engine: Engine, turns: WorkQueue, limits: dict[str, Any]) -> None:
    """Put the endpoints on hidden components: these copy files in and out, and check the ranges."""
    usual, endpoints = engine.settings, Endpoints(engine, turns)
    with gr.Row(visible=False):
        source, target = gr.Video(label="source"), gr.Video(label="target")
        steps = gr.Slider(1, min(100, int(1000 * usual.strength)), usual.steps, step=1, label="steps")
        cfg = gr.Slider(1, 15, usual.cfg_scale, label="cfg")
        guidance = gr.Slider(0, 3, usual.guidance.scale, label="guidance")
        seed = gr.Number(usual.seed, precision=0, minimum=0, maximum=LARGEST_SEED, label="seed")
        frames = gr.Slider(1, FRAMES_LIMIT, 24, step=1, label="frames")
        edited, run, edit = gr.Video(label="edited"), gr.JSON(label="run"), gr.Button("edit")
        aligned, case, report = gr.Video(label="aligned"), gr.File(label="case"), gr.JSON(label="report")
        prepare = gr.Button("prepare")
    inputs = [source, target, steps, cfg, guidance, seed, frames]
    edit.click(endpoints.edit_motion, inputs, [edited, run], api_name="edit_motion", **limits)
    outputs = [aligned, case, report]
    prepare.click(endpoints.prepare_motion, [source, target, frames], outputs, api_name="prepare_motion", **limits)


def _report(prepared: Prepared) -> Record:
    findings = [
        {"level": found.level, "what": found.what, "where": frame_list(found.frames), "advice": found.advice}
        for found in check_inputs(prepared)
    ]
    return {"alignment": prepared.alignment, "warnings": prepared.inputs.warnings, "findings": findings}
