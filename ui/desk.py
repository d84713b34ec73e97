"""What the buttons do: look at clips and make an edit; each yields what changes on the page."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.composite import originals
from motionfollower.job import EditRequest
from motionfollower.measures import background_kept
from motionfollower.metadata import RunMetadata
from motionfollower.results import ResultFiles
from motionfollower.types import EditInputs, StageStarted
from preprocess.video import stream_frames
from ui.attendant import Attendant, Steps, Task, Updates
from ui.checked import Checked, look
from ui.compare_tab import CompareTab, Pair
from ui.engine import Engine
from ui.estimate import Pace
from ui.result_tab import ResultTab
from ui.run_tab import RunTab
from ui.settings import Choices
from ui.tracker import stages_of

CHECK_STAGES = ("Read", "Source person", "Target person", "Align")


class Desk:
    """Works for all sessions on one engine, and shows it in the parts of the page."""

    def __init__(
        self,
        engine: Engine,
        attendant: Attendant,
        checked: gr.State,
        result: ResultTab,
        compare: CompareTab,
        run: RunTab,
    ) -> None:
        self._engine, self._attendant, self._checked = engine, attendant, checked
        self._result, self._compare, self._run = result, compare, run
        self.pace = Pace.first(engine)

    def check(self, request: gr.Request, source: str, target: str, known: Checked | None, *values: Any) -> Steps:
        """Prepare the clips and show what was found."""

        def work(task: Task) -> Steps:
            checked = yield from self._look(task, source, target, known, Choices(*values))
            yield {self._checked: checked}
            yield task.end("Checked. Look at the poses, then press Generate.")

        yield from self._attendant.attend(request, CHECK_STAGES, work)

    def generate(self, request: gr.Request, source: str, target: str, known: Checked | None, *values: Any) -> Steps:
        """Make the edit; clips that weren't checked are prepared first."""
        choices = Choices(*values)

        def work(task: Task) -> Steps:
            checked = yield from self._look(task, source, target, known, choices)
            inputs = checked.prepared.inputs
            yield {self._checked: checked, **self._result.begin(inputs, task.folder)}
            sampler = choices.sampler_settings(self._engine.settings)
            order = EditRequest(Path(source), Path(target), checked.settings, sampler, choices.camera)
            events = self._engine.edit(order, task.folder / "run", inputs)
            run = yield from task.follow(events, lambda preview: self._result.show_preview(preview.frame))
            yield from self._finish(task, run, inputs)

        yield from self._attendant.attend(request, stages_of(self._engine), work)
        yield self._result.hide_preview()

    def _look(
        self, task: Task, source: str, target: str, known: Checked | None, choices: Choices
    ) -> Generator[Updates, None, Checked]:
        yield task.begin(StageStarted("load"))
        settings = choices.prepare_settings(source)
        events = look(known, Path(source), Path(target), settings, self._engine.load().preprocessors)
        return (yield from task.follow(events))

    def _finish(self, task: Task, run: RunMetadata, inputs: EditInputs) -> Steps:
        """Show a run that is done."""
        files = ResultFiles(task.folder / "run")
        yield task.begin(StageStarted("finish"))
        kept = background_kept(originals(inputs), stream_frames(files.frames, fps=run.fps))
        measures = {
            "of the pixels are the source's own": f"{kept:.1%}",
            "time": f"{task.tracker.seconds:.1f} s",
            "a step": f"{run.seconds['sampling'] / run.sampler.steps:.2f} s",
            "steps": str(run.sampler.steps),
            "frames": str(run.frames),
            "seed": str(run.sampler.seed),
        }
        pair = Pair.of(run, files)
        yield {**self._result.finish(run, files, measures), **self._compare.show(pair), **self._run.show(run)}
        self.pace = self.pace.learned(run)
        yield task.end("Done.")
