"""What the buttons do: look at clips, make an edit, and stop; each yields what changes on the page."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from typing import Any, TypeVar

import gradio as gr
import torch

from motionfollower.backends import Backend
from motionfollower.composite import originals
from motionfollower.errors import InputError
from motionfollower.job import EditRequest, run_edit
from motionfollower.measures import background_kept
from motionfollower.metadata import RunMetadata
from motionfollower.results import ResultFiles
from motionfollower.types import EditInputs, Event, Preview, StageStarted
from preprocess.video import stream_frames
from ui.checked import Checked, look
from ui.compare_tab import CompareTab, Pair
from ui.estimate import Pace
from ui.preprocess_tab import PreprocessTab
from ui.result_tab import ResultTab
from ui.run_tab import RunTab
from ui.settings import Choices
from ui.stops import Stopped, Stops, until_stopped
from ui.tracker import Tracker, stages_of

CHECK_STAGES = ("Read", "Source person", "Target person", "Align")
OUT_OF_MEMORY = "The GPU ran out of memory. Lower Frames or Resolution and try again."

Updates = dict[Any, Any]
Steps = Generator[Updates, None, None]
Result = TypeVar("Result")


class Desk:
    """Works for all sessions on one backend, and shows it in the parts of the page."""

    def __init__(
        self,
        backend: Backend,
        status: gr.HTML,
        buttons: tuple[gr.Button, gr.Button, gr.Button],
        checked: gr.State,
        preprocess: PreprocessTab,
        result: ResultTab,
        compare: CompareTab,
        run: RunTab,
    ) -> None:
        self._backend, self._status, self._checked = backend, status, checked
        self._check_button, self._generate_button, self._stop_button = buttons
        self._preprocess, self._result, self._compare, self._run = preprocess, result, compare, run
        self._stops = Stops()
        self._pace = Pace.first(backend)

    def check(self, request: gr.Request, source: str, target: str, known: Checked | None, *values: Any) -> Steps:
        """Prepare the clips and show what was found."""

        def work(tracker: Tracker, stop: Signal, folder: Path) -> Steps:
            checked = yield from self._look(tracker, stop, source, target, known, Choices(*values))
            yield {self._checked: checked, **self._preprocess.show(checked, folder)}
            yield {self._status: tracker.done("Checked. Look at the poses, then press Generate.")}

        yield from self._attend(request, Tracker(CHECK_STAGES), work)

    def generate(self, request: gr.Request, source: str, target: str, known: Checked | None, *values: Any) -> Steps:
        """Make the edit; clips that weren't checked are prepared first."""
        choices = Choices(*values)

        def work(tracker: Tracker, stop: Signal, folder: Path) -> Steps:
            checked = yield from self._look(tracker, stop, source, target, known, choices)
            yield {self._checked: checked, **self._result.begin(checked.prepared.inputs, folder)}
            yield self._preprocess.show(checked, folder)
            sampler = choices.sampler_settings(self._backend.settings)
            order = EditRequest(Path(source), Path(target), checked.settings, sampler, choices.camera)
            events = until_stopped(run_edit(order, self._backend, folder / "run", checked.prepared.inputs), stop)
            run = yield from self._follow(tracker, events)
            yield from self._finish(tracker, run, ResultFiles(folder / "run"), checked.prepared.inputs)

        yield from self._attend(request, Tracker(stages_of(self._backend)), work)

    def stop(self, request: gr.Request) -> Any:
        """Stop this session's work, and nobody else's."""
        was_working = self._stops.stop(session_of(request))
        return gr.Button("Stopping …", interactive=False) if was_working else gr.Button("Stop", interactive=False)

    def leave(self, request: gr.Request) -> None:
        """Stop the work of a session whose tab was closed."""
        self._stops.stop(session_of(request))

    def _attend(self, request: gr.Request, tracker: Tracker, work: Callable[[Tracker, Signal, Path], Steps]) -> Steps:
        """Do work in a folder of its own, until it is done, stopped or fails; every end frees the buttons.

        The folder is gone at the end: the page has its own copies by then.
        """
        with self._stops.listening(session_of(request)) as stop, TemporaryDirectory() as folder:
            try:
                yield self._buttons(is_busy=True)
                yield from work(tracker, stop, Path(folder))
            except Stopped:
                yield {self._status: tracker.stopped(), **self._result.hide_preview()}
            except InputError as error:
                yield {self._status: tracker.failed(str(error)), **self._result.hide_preview()}
            except (torch.OutOfMemoryError, MemoryError):
                yield {self._status: tracker.failed(OUT_OF_MEMORY), **self._result.hide_preview()}
            yield self._buttons(is_busy=False)

    def _buttons(self, *, is_busy: bool) -> Updates:
        return {
            self._check_button: gr.Button(interactive=not is_busy),
            self._generate_button: gr.Button(interactive=not is_busy),
            self._stop_button: gr.Button("Stop", interactive=is_busy),
        }

    def _look(
        self, tracker: Tracker, stop: Signal, source: str, target: str, known: Checked | None, choices: Choices
    ) -> Generator[Updates, None, Checked]:
        settings = choices.prepare_settings(source)
        events = look(known, Path(source), Path(target), settings, self._backend.preprocessors)
        return (yield from self._follow(tracker, until_stopped(events, stop)))

    def _follow(self, tracker: Tracker, events: Generator[Event, None, Result]) -> Generator[Updates, None, Result]:
        """Show the events of a job; its result."""
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                result: Result = end.value
                return result
            if isinstance(event, Preview):
                yield self._result.show_preview(event.frame)
            else:
                yield {self._status: tracker.show(event)}

    def _finish(self, tracker: Tracker, run: RunMetadata, files: ResultFiles, inputs: EditInputs) -> Steps:
        """Show a run that is done."""
        yield {self._status: tracker.show(StageStarted("finish"))}
        pair = Pair.of(run, files)
        kept = background_kept(originals(inputs), stream_frames(files.frames, fps=run.fps))
        measures = {
            "of the pixels are the source's own": f"{kept:.1%}",
            "time": f"{tracker.seconds:.1f} s",
            "a step": f"{run.seconds['sampling'] / run.sampler.steps:.2f} s",
            "steps": str(run.sampler.steps),
            "frames": str(run.frames),
            "seed": str(run.sampler.seed),
        }
        yield {**self._result.finish(run, files, measures), **self._compare.show(pair), **self._run.show(run)}
        self._learn(run)
        yield {self._status: tracker.done("Done.")}

    def _learn(self, run: RunMetadata) -> None:
        pace = self._pace or Pace(0.0, 0.0)
        self._pace = pace.learned(run.seconds, run.frames, run.size[0] * run.size[1], run.sampler)

    def estimate(self, *values: Any) -> str:
        """How long the settings will take, in words."""
        if self._pace is None:
            return "The first run will tell how long these settings take here."
        choices = Choices(*values)
        try:
            settings = choices.sampler_settings(self._backend.settings)
        except InputError as error:
            return str(error)
        seconds = self._pace.seconds(int(choices.frames), int(choices.side) ** 2, settings)
        return f"About {max(1, round(seconds))} s with these settings."


def session_of(request: gr.Request) -> str:
    """Whose work it is: the browser tab's."""
    return request.session_hash or ""
