"""The Run tab: what was run, word for word, and where an earlier run or a take-home zip is opened again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.io.run_record import RunMetadata

HINT = (
    '<p class="mf-hint">Drop a <b>run.json</b> to take its settings, or a <b>take-home zip</b> to get everything '
    "back: clips, poses, masks, settings and result.</p>"
)


class RunTab:
    """run.json, and a place to drop one."""

    def __init__(self) -> None:
        gr.HTML(HINT, apply_default_css=False)
        self.file = gr.File(
            label="run.json or take-home zip", file_types=[".json", ".zip"], height=120, elem_id="open-run"
        )
        self.run = gr.JSON(None, label="run.json: all that is needed to do it again", elem_id="run-json")

    def clear(self) -> dict[Any, Any]:
        """No run."""
        return {self.run: None}

    def show(self, run: RunMetadata) -> dict[Any, Any]:
        """A run."""
        return {self.run: public_record(run)}


def public_record(run: RunMetadata) -> dict[str, Any]:
    """A run as plain data, with the names of its clips in place of where this server keeps them.

    Not as `path`: Gradio and its clients would take that for a file to fetch.
    """
    record: dict[str, Any] = json.loads(run.to_json())
    for role in ("source", "target"):
        if record[role]:
            record[role] = {"name": Path(record[role]["path"]).name, "sha256": record[role]["sha256"]}
    if record["redo"]:
        record["redo"]["earlier"] = {"sha256": record["redo"]["earlier"]["sha256"]}
    return record
