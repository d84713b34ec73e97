"""The Run tab: what was run, word for word, and a file to take the settings from again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.errors import InputError
from motionfollower.metadata import RunMetadata, load_run
from ui.settings import Choices, nearest_side


class RunTab:
    """run.json, and a button that loads one."""

    def __init__(self) -> None:
        self.run = gr.JSON(None, label="run.json: all that is needed to do it again", elem_id="run-json")
        self.load = gr.UploadButton(
            "Take the settings of a run.json", file_types=[".json"], size="sm", elem_id="load-run"
        )

    def clear(self) -> dict[Any, Any]:
        """No run."""
        return {self.run: None}

    def show(self, run: RunMetadata) -> dict[Any, Any]:
        """A run."""
        return {self.run: public_record(run)}

    def wire(self, fields: list[Any]) -> None:
        """Let an uploaded file set the fields; paths in it are never followed."""
        self.load.upload(_settings_of, [self.load, *fields], fields, api_visibility="private", show_progress="hidden")


def public_record(run: RunMetadata) -> dict[str, Any]:
    """A run as plain data, with the names of its clips in place of where this server keeps them.

    Not as `path`: Gradio and its clients would take that for a file to fetch.
    """
    record: dict[str, Any] = json.loads(run.to_json())
    for role in ("source", "target"):
        if record[role]:
            record[role] = {"name": Path(record[role]["path"]).name, "sha256": record[role]["sha256"]}
    return record


def _settings_of(file: str, *values: Any) -> list[Any]:
    try:
        return list(with_settings(Choices(*values), load_run(Path(file))))
    except InputError as error:
        raise gr.Error("That file is no run.json of an edit.", print_exception=False) from error


def with_settings(choices: Choices, run: RunMetadata) -> Choices:
    """The choices that ask for the same run of the same clips."""
    prepare, sampler = run.prepare, run.sampler
    return choices._replace(
        cfg=sampler.cfg_scale,
        guidance=sampler.guidance.scale,
        seed=sampler.seed,
        new_seed=False,
        steps=sampler.steps,
        frames=prepare.frames or run.frames,
        side=nearest_side(prepare.size) if prepare.size else choices.side,
        fps=prepare.fps or 0,
        foreground=sampler.guidance.foreground,
        body=sampler.guidance.body,
        overlap=sampler.guidance.overlap,
        complement=sampler.guidance.complement,
        noise=sampler.noise_eta,
        repeats=sampler.repeats,
        window=sampler.window,
        shared=sampler.overlap,
        camera="on" if sampler.camera else "off",
        align=prepare.align,
        scale=prepare.scale,
        x=prepare.shift[0],
        y=prepare.shift[1],
        foot_line=prepare.foot_line,
    )
