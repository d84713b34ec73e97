"""What dropping a file into the Run tab does: a run.json gives its settings, a take-home zip everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.errors import InputError
from motionfollower.metadata import load_run
from ui.attendant import session_of
from ui.choices import Choices
from ui.desk import Desk
from ui.opened import open_bundle
from ui.result_tab import ResultTab
from ui.tracker import done

Updates = dict[Any, Any]
NO_RUN = "That file is no run.json of an edit."


class Opening:
    """Opens files for the page's parts; paths in a run.json are never followed."""

    def __init__(
        self,
        desk: Desk,
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
                return self._open_bundle(request, Path(file), Choices(*values))
            return self._set(Choices(*values).as_in(load_run(Path(file))))
        except InputError as error:
            sentence = str(error) if Path(file).suffix.lower() == ".zip" else NO_RUN
            raise gr.Error(sentence, print_exception=False) from error

    def _open_bundle(self, request: gr.Request, bundle: Path, choices: Choices) -> Updates:
        opened = open_bundle(bundle, choices, self._desk.homes, session_of(request))
        clips = dict(zip(self._clips, (str(opened.source), str(opened.target)), strict=True))
        shown = self._set(opened.choices) | clips | {self._checked: opened.checked}
        if opened.kept is None:
            return {**shown, self._tabs: gr.Tabs(selected="preprocess"), self._status: done("Opened. Press Generate.")}
        seconds = sum(opened.kept.run.seconds.values())
        inputs = self._result.show_inputs(opened.checked.prepared.inputs, opened.source.parent)
        tabs = {self._tabs: gr.Tabs(selected="result"), self._status: done("Opened: all is as it was.")}
        return {**shown, **inputs, **self._desk.show(opened.kept, seconds), **tabs}

    def _set(self, choices: Choices) -> Updates:
        return dict(zip(self._fields, choices, strict=True))
