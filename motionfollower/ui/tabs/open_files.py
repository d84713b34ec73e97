"""Open a file in the Run tab: a run.json loads its settings, a bundle restores clips, settings and result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.core.errors import InputError
from motionfollower.io.bundle import unpack_bundle
from motionfollower.io.case import read_prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import load_run_record
from motionfollower.ui.handlers import EditHandlers
from motionfollower.ui.inputs.clips import ClipInputs
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.progress_bar import done
from motionfollower.ui.sessions.results import SessionDirs, SessionResult
from motionfollower.ui.sessions.session import Updates, session_of
from motionfollower.ui.tabs.result import ResultTab
from preprocess.video.probe import probe
from preprocess.video.write import write_video

NOT_A_RUN = "This file is not the run.json of an edit."


@dataclass(frozen=True)
class OpenFiles:
    """Opens files into the parts of the page. Paths in a run.json are never followed."""

    handlers: EditHandlers
    result: ResultTab
    clips: ClipInputs
    tabs: gr.Tabs
    prepared: gr.State
    status: gr.HTML
    fields: list[Any]

    def wire(self, file: gr.File, outputs: list[Any]) -> None:
        """Open each file that is dropped on a component."""
        file.upload(self._open, [file, *self.fields], outputs, api_visibility="private", show_progress_on=file)

    def _open(self, request: gr.Request, file: str, *values: Any) -> Updates:
        path, form = Path(file), FormValues(*values)
        is_bundle = path.suffix.lower() == ".zip"
        try:
            if is_bundle:
                return self._open_bundle(request, path, form)
            return self._set_fields(form.with_run(load_run_record(path)))
        except InputError as error:
            raise gr.Error(str(error) if is_bundle else NOT_A_RUN, print_exception=False) from error

    def _open_bundle(self, request: gr.Request, path: Path, values: FormValues) -> Updates:
        bundle = open_bundle(path, values, self.handlers.dirs, session_of(request))
        uploads = dict(zip(self.clips.components, (str(bundle.source), str(bundle.target)), strict=True))
        updates = self._set_fields(bundle.values) | uploads | {self.prepared: bundle.clips}
        if bundle.result is None:
            status = done("Bundle opened. Press Generate.")
            return {**updates, self.tabs: gr.Tabs(selected="preprocess"), self.status: status}
        seconds = sum(bundle.result.run.seconds.values())
        inputs = self.result.show_inputs(bundle.clips.inputs, bundle.source.parent)
        tabs = {self.tabs: gr.Tabs(selected="result"), self.status: done("Bundle opened: clips, settings and result.")}
        return {**updates, **inputs, **self.handlers.show(bundle.result, seconds), **tabs}

    def _set_fields(self, values: FormValues) -> Updates:
        return dict(zip(self.fields, values, strict=True))


@dataclass(frozen=True)
class OpenedBundle:
    """The contents of a bundle; `result` is None where it has the inputs only."""

    source: Path
    target: Path
    values: FormValues
    clips: PreparedClips
    result: SessionResult | None


def open_bundle(bundle: Path, values: FormValues, dirs: SessionDirs, session: str) -> OpenedBundle:
    """Unpack a bundle into the session's folder; settings it lacks keep the form's `values`. InputError if invalid."""
    with dirs.replace(session) as folder:
        result_folder = folder / "result"
        result_folder.mkdir()
        unpack_bundle(bundle, result_folder)
        prepared = read_prepared(result_folder)
        paths = folder / "source.mp4", folder / "target.mp4"
        for path, clip in zip(paths, (prepared.inputs.source, prepared.target), strict=True):
            write_video(path, clip.frames, clip.fps)
        files = ResultFiles(result_folder)
        run = load_run_record(files.run) if files.run.is_file() and files.edited.is_file() else None
        values = values.with_run(run) if run else values._replace(frames=len(prepared.inputs.source))
        clips = PreparedClips.of(*paths, replace(prepared, settings=values.prepare_settings(probe(paths[0]).size)))
        return OpenedBundle(*paths, values, clips, SessionResult(result_folder, clips, run) if run else None)
