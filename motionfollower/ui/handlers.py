"""The handlers of the buttons: check the clips, edit them, regenerate some frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.core.config import EditConfig, Redo
from motionfollower.core.events import Event, Preview, StageStarted
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.sessions.eta import RuntimeEstimate
from motionfollower.ui.sessions.example_cache import ExampleCache
from motionfollower.ui.sessions.prepared import PreparedClips, clip_hashes, prepare_clips
from motionfollower.ui.sessions.progress_bar import FINISH, LOAD, PREPARE_STEPS, edit_steps
from motionfollower.ui.sessions.results import SessionDirs, SessionResult
from motionfollower.ui.sessions.session import SessionRunner, Task, Updates, UpdateStream, session_of
from motionfollower.ui.tabs.compare import CompareTab
from motionfollower.ui.tabs.result import ResultTab
from motionfollower.ui.tabs.run import RunTab
from preprocess.video.probe import probe


class EditHandlers:
    """Runs jobs for all sessions on one engine and shows their results in the tabs.

    `prepared` and `result` are the states of a session: its PreparedClips and its SessionResult.
    """

    def __init__(
        self,
        engine: Engine,
        runner: SessionRunner,
        prepared: gr.State,
        result: gr.State,
        tabs: tuple[ResultTab, CompareTab, RunTab],
    ) -> None:
        self._engine, self._runner, self._prepared, self._result = engine, runner, prepared, result
        self._result_tab, self._compare_tab, self._run_tab = tabs
        self.dirs, self._examples = SessionDirs(), ExampleCache()
        self.estimate = RuntimeEstimate.initial(engine.info)

    def check(
        self, request: gr.Request, source: str, target: str, earlier: PreparedClips | None, *values: Any
    ) -> UpdateStream:
        """Prepare the clips and show the detections."""

        def job(task: Task) -> None:
            self._prepare(task, source, target, earlier, FormValues(*values))
            task.finish("Checked. Review the poses, then press Generate.")

        yield from self._runner.run(request, PREPARE_STEPS, job)

    def generate(
        self, request: gr.Request, source: str, target: str, earlier: PreparedClips | None, *values: Any
    ) -> UpdateStream:
        """Edit the clips; prepare them first where they have not been checked."""
        form = FormValues(*values)

        def job(task: Task) -> None:
            clips = self._prepare(task, source, target, earlier, form)
            config = self._edit_config(source, target, clips, form)
            self._edit(task, session_of(request), config, clips, is_fresh=clips is not earlier)

        yield from self._runner.run(request, edit_steps(self._engine.info), job)
        yield self._result_tab.hide_preview()

    def redo(
        self,
        request: gr.Request,
        source: str,
        target: str,
        result: SessionResult,
        first: int,
        last: int,
        seed: int,
        *values: Any,
    ) -> UpdateStream:
        """Regenerate some frames of the last result with another seed and the present settings."""
        form = FormValues(*values)._replace(seed=seed, randomize_seed=False)

        def job(task: Task) -> None:
            config = self._edit_config(source, target, result.clips, form)
            config = replace(config, redo=Redo(int(first), int(last), result.folder))
            self._edit(task, session_of(request), config, result.clips, is_fresh=False)

        yield from self._runner.run(request, edit_steps(self._engine.info), job)
        yield self._result_tab.hide_preview()

    def end_session(self, request: gr.Request) -> None:
        """Stop the job of a session whose browser tab was closed, and delete its files."""
        self._runner.end_session(request)
        self.dirs.delete(session_of(request))

    def _prepare(
        self, task: Task, source: str, target: str, earlier: PreparedClips | None, form: FormValues
    ) -> PreparedClips:
        task.report(StageStarted(LOAD))
        media, preprocessors = probe(source), self._engine.load().preprocessors
        earlier = earlier or self._examples.find_clips(clip_hashes(media.path, Path(target)))
        settings = form.prepare_settings(media.size)
        clips = prepare_clips(earlier, media, Path(target), settings, preprocessors, task.report)
        task.emit({self._prepared: clips})
        return clips

    def _edit_config(self, source: str, target: str, clips: PreparedClips, form: FormValues) -> EditConfig:
        return form.edit_config(Path(source), Path(target), clips.settings, clips.camera, self._engine.settings)

    def _edit(self, task: Task, session: str, config: EditConfig, clips: PreparedClips, *, is_fresh: bool) -> None:
        """Edit the clips, which `is_fresh` where this task has prepared them, and show the result."""
        folder = task.folder / "run"
        task.emit(self._result_tab.begin(clips.inputs, task.folder))

        def report(event: Event) -> None:
            if isinstance(event, Preview):
                task.emit(self._result_tab.show_preview(event.frame))
            task.report(event)

        if run := self._examples.load(config, clips, folder):
            message = "Done: loaded from the example cache."
        else:
            run, message = self._engine.edit(config, folder, clips.inputs, report), "Done."
            self._examples.store(config, clips, run, folder)
            self.estimate = self.estimate.updated(run, task.progress.seconds if is_fresh else None)
        task.report(StageStarted(FINISH))
        with self.dirs.replace(session) as session_folder:
            result = SessionResult(folder.rename(session_folder / "result"), clips, run)
            task.emit(self.show(result, task.progress.seconds))
        task.finish(message)

    def show(self, result: SessionResult, seconds: float) -> Updates:
        """The updates that show a result in every tab; the edit took `seconds`."""
        return {
            self._result: result,
            **self._result_tab.finish(result, seconds),
            **self._compare_tab.show(result),
            **self._run_tab.show(result.run),
        }
