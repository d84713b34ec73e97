"""What dropping a file into the Run tab does: a run.json gives its settings, a take-home zip everything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.core.errors import InputError
from motionfollower.io.bundle import unpack_bundle
from motionfollower.io.case import read_prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import load_run_record
from motionfollower.ui.handlers import EditHandlers
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.progress_bar import done
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.results import SessionDirs, SessionResult
from motionfollower.ui.sessions.session import session_of
from motionfollower.ui.tabs.result import ResultTab
from preprocess.video.write import write_video

Updates = dict[Any, Any]
NO_RUN = "That file is no run.json of an edit."


class OpenFiles:
    """Opens files for the page's parts; paths in a run.json are never followed."""

    def __init__(
        self,
        desk: EditHandlers,
        result: ResultTab,
        clips: list[gr.Video],
        tabs: gr.Tabs,
        checked: gr.State,
        status: gr.HTML,
    ) -> None:
        self._desk, self._result, self._clips, self._tabs = desk, result, clips, tabs
        self._checked, self._status = checked, status

    def wire(self, file: gr.File, fields: list[Any], outputs: list[Any]) -> None:
        """Let a dropped file set the fields, and all else that it holds."""
        self._fields = fields
        file.upload(self._open, [file, *fields], outputs, api_visibility="private", show_progress_on=file)

    def _open(self, request: gr.Request, file: str, *values: Any) -> Updates:
        try:
            if Path(file).suffix.lower() == ".zip":
                return self._open_bundle(request, Path(file), FormValues(*values))
            return self._set(FormValues(*values).as_in(load_run_record(Path(file))))
        except InputError as error:
            sentence = str(error) if Path(file).suffix.lower() == ".zip" else NO_RUN
            raise gr.Error(sentence, print_exception=False) from error

    def _open_bundle(self, request: gr.Request, bundle: Path, choices: FormValues) -> Updates:
        opened = open_bundle(bundle, choices, self._desk.homes, session_of(request))
        clips = dict(zip(self._clips, (str(opened.source), str(opened.target)), strict=True))
        shown = self._set(opened.choices) | clips | {self._checked: opened.checked}
        if opened.kept is None:
            return {**shown, self._tabs: gr.Tabs(selected="preprocess"), self._status: done("Opened. Press Generate.")}
        seconds = sum(opened.kept.run.seconds.values())
        inputs = self._result.show_inputs(opened.checked.prepared.inputs, opened.source.parent)
        tabs = {self._tabs: gr.Tabs(selected="result"), self._status: done("Opened: all is as it was.")}
        return {**shown, **inputs, **self._desk.show(opened.kept, seconds), **tabs}

    def _set(self, choices: FormValues) -> Updates:
        return dict(zip(self._fields, choices, strict=True))


@dataclass(frozen=True)
class OpenedBundle:
    """What a bundle held; `kept` is its result, where there is one in it."""

    source: Path
    target: Path
    choices: FormValues
    checked: PreparedClips
    kept: SessionResult | None


def open_bundle(bundle: Path, choices: FormValues, homes: SessionDirs, session: str) -> OpenedBundle:
    """Unpack a bundle into the session's home; InputError where it isn't one. What it doesn't say stays as chosen."""
    with homes.moving(session) as folder:
        home = folder / "result"
        home.mkdir()
        unpack_bundle(bundle, home)
        prepared = read_prepared(home)
        clips = folder / "source.mp4", folder / "target.mp4"
        for path, clip in zip(clips, (prepared.inputs.source, prepared.target), strict=True):
            write_video(path, clip.frames, clip.fps)
        files = ResultFiles(home)
        run = load_run_record(files.run) if files.run.is_file() and files.edited.is_file() else None
        choices = choices.as_in(run) if run else choices._replace(frames=len(prepared.inputs.source))
        checked = PreparedClips.of(*clips, choices.prepare_settings(clips[0]), prepared)
        return OpenedBundle(*clips, choices, checked, SessionResult(home, checked, run) if run else None)
