"""What the buttons do: look at clips, make an edit, redo a part; each yields what changes on the page."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.core.config import EditConfig, Redo
from motionfollower.core.events import StageStarted
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.progress_bar import stages_of
from motionfollower.ui.sessions.eta import RuntimeEstimate
from motionfollower.ui.sessions.example_cache import ExampleCache
from motionfollower.ui.sessions.prepared import PreparedClips, clip_hashes, prepare_clips
from motionfollower.ui.sessions.results import SessionDirs, SessionResult
from motionfollower.ui.sessions.session import SessionRunner, Steps, Task, Updates, session_of
from motionfollower.ui.tabs.compare import CompareTab
from motionfollower.ui.tabs.result import ResultTab
from motionfollower.ui.tabs.run import RunTab

CHECK_STAGES = ("Read", "Source person", "Target person", "Align")


class EditHandlers:
    """Works for all sessions on one engine, and shows it in the parts of the page."""

    def __init__(
        self,
        engine: Engine,
        attendant: SessionRunner,
        checked: gr.State,
        kept: gr.State,
        result: ResultTab,
        compare: CompareTab,
        run: RunTab,
    ) -> None:
        self._engine, self._attendant, self._checked, self._kept = engine, attendant, checked, kept
        self._result, self._compare, self._run = result, compare, run
        self.homes, self._shelf = SessionDirs(), ExampleCache()
        self.pace = RuntimeEstimate.first(engine)

    def check(self, request: gr.Request, source: str, target: str, known: PreparedClips | None, *values: Any) -> Steps:
        """Prepare the clips and show what was found."""

        def work(task: Task) -> Steps:
            checked = yield from self._look(task, source, target, known, FormValues(*values))
            yield {self._checked: checked}
            yield task.end("Checked. Look at the poses, then press Generate.")

        yield from self._attendant.attend(request, CHECK_STAGES, work)

    def generate(
        self, request: gr.Request, source: str, target: str, known: PreparedClips | None, *values: Any
    ) -> Steps:
        """Make the edit; clips that weren't checked are prepared first."""
        choices = FormValues(*values)

        def work(task: Task) -> Steps:
            checked = yield from self._look(task, source, target, known, choices)
            yield {self._checked: checked}
            order = self._order(source, target, checked, choices)
            yield from self._edit(task, session_of(request), order, checked, is_fresh=checked is not known)

        yield from self._attendant.attend(request, stages_of(self._engine), work)
        yield self._result.hide_preview()

    def redo(
        self,
        request: gr.Request,
        source: str,
        target: str,
        kept: SessionResult,
        first: int,
        last: int,
        seed: int,
        *values: Any,
    ) -> Steps:
        """Make some frames of the last result anew, with another seed and the settings as they are now."""
        choices = FormValues(*values)._replace(seed=seed, new_seed=False)

        def work(task: Task) -> Steps:
            order = replace(
                self._order(source, target, kept.checked, choices), redo=Redo(int(first), int(last), kept.folder)
            )
            yield from self._edit(task, session_of(request), order, kept.checked, is_fresh=False)

        yield from self._attendant.attend(request, stages_of(self._engine), work)
        yield self._result.hide_preview()

    def leave(self, request: gr.Request) -> None:
        """End the work of a session whose tab was closed, and delete what was kept for it."""
        self._attendant.leave(request)
        self.homes.leave(session_of(request))

    def _look(
        self, task: Task, source: str, target: str, known: PreparedClips | None, choices: FormValues
    ) -> Generator[Updates, None, PreparedClips]:
        yield task.tell(StageStarted("load"))
        settings = choices.prepare_settings(source)
        known = known or self._shelf.find_checked(clip_hashes(Path(source), Path(target)))
        events = prepare_clips(known, Path(source), Path(target), settings, self._engine.load().preprocessors)
        return (yield from task.follow(events))

    def _order(self, source: str, target: str, checked: PreparedClips, choices: FormValues) -> EditConfig:
        usual = self._engine.settings
        return choices.order(Path(source), Path(target), checked.settings, checked.camera, usual)

    def _edit(self, task: Task, session: str, order: EditConfig, checked: PreparedClips, *, is_fresh: bool) -> Steps:
        """Edit, and show what came out; the clips `is_fresh` where this task has looked at them."""
        inputs, folder = checked.prepared.inputs, task.folder / "run"
        yield self._result.begin(inputs, task.folder)
        if known := self._shelf.take(order, checked, folder):
            run, end = known, "Done: this example had been made before."
        else:
            events = self._engine.edit(order, folder, inputs)
            run = yield from task.follow(events, lambda preview: self._result.show_preview(preview.frame))
            self._shelf.put(order, checked, run, folder)
            self.pace, end = self.pace.learned(run, task.tracker.seconds if is_fresh else None), "Done."
        yield task.tell(StageStarted("finish"))
        with self.homes.moving(session) as home:
            kept = SessionResult(folder.rename(home / "result"), checked, run)
            yield self.show(kept, task.tracker.seconds)
        yield task.end(end)

    def show(self, kept: SessionResult, seconds: float) -> Updates:
        """A result in every tab that speaks of it; it took `seconds`."""
        result = self._result.finish(kept, seconds)
        return {self._kept: kept, **result, **self._compare.show(kept), **self._run.show(kept.run)}
