"""The Run tab: run.json as recorded, and a field to open an earlier run.json or bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.io.run_record import RunMetadata
from motionfollower.ui.sessions.session import Updates

HINT = (
    '<p class="mf-hint">Open a <b>run.json</b> to load its settings, or a <b>bundle</b> to restore clips, poses, '
    "masks, settings and result.</p>"
)


class RunTab:
    """The record of a run, and a field to open one."""

    def __init__(self) -> None:
        gr.HTML(HINT, apply_default_css=False)
        self.file = gr.File(
            label="run.json or bundle (.zip)", file_types=[".json", ".zip"], height=120, elem_id="open-run"
        )
        self.run = gr.JSON(None, label="run.json: everything needed to reproduce this run", elem_id="run-json")

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        return [self.run]

    def clear(self) -> Updates:
        """Show nothing."""
        return {self.run: None}

    def show(self, run: RunMetadata) -> Updates:
        """Show a run."""
        return {self.run: public_record(run)}


def public_record(run: RunMetadata) -> dict[str, Any]:
    """A run as plain data, with the names of its clips instead of their paths on the server.

    The key is `name`, not `path`: Gradio and its clients would take that for a file to download.
    """
    record: dict[str, Any] = json.loads(run.to_json())
    for role in ("source", "target"):
        if record[role]:
            record[role] = {"name": Path(record[role]["path"]).name, "sha256": record[role]["sha256"]}
    if record["redo"]:
        record["redo"]["earlier"] = {"sha256": record["redo"]["earlier"]["sha256"]}
    return record
