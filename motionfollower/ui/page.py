"""The page: its layout, and the events that connect its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.ui.api import add_endpoints
from motionfollower.ui.engine import Engine
from motionfollower.ui.handlers import EditHandlers
from motionfollower.ui.inputs.clips import HINT, ClipInputs, validate
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.inputs.selections import Selections
from motionfollower.ui.inputs.settings import SettingsPanel
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.progress_bar import edit_steps, idle
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.sessions.session import Buttons, SessionRunner
from motionfollower.ui.tabs.compare import CompareTab
from motionfollower.ui.tabs.follow_up import with_full_quality
from motionfollower.ui.tabs.frame_editor import STATEFUL
from motionfollower.ui.tabs.open_files import OpenFiles
from motionfollower.ui.tabs.preprocess import PreprocessTab
from motionfollower.ui.tabs.result import ResultTab
from motionfollower.ui.tabs.run import RunTab

HOUR = 3600
DELETE_CACHE = (HOUR // 6, 2 * HOUR)
"""How often Gradio's files are checked, and the age at which they are deleted, in seconds."""

UNQUEUED: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
MAX_WAITING = 20
CONCURRENCY: dict[str, Any] = {"concurrency_limit": MAX_WAITING, "concurrency_id": "work"}
"""So many jobs enter our own WorkQueue, which runs one at a time and shows the others their position."""

SHOW_STATUS = "() => innerWidth < 760 && document.querySelector('#status').scrollIntoView()"
"""On a phone the status is far from the buttons."""

JOB: dict[str, Any] = {"trigger_mode": "once", "api_visibility": "private", "show_progress": "hidden", **CONCURRENCY}


def build_page(engine: Engine) -> gr.Blocks:
    """The page; all sessions share one engine."""
    blocks = gr.Blocks(title="MotionFollower", analytics_enabled=False, delete_cache=DELETE_CACHE, fill_width=True)
    with blocks:
        page = Page(engine)
        page.wire(blocks)
        add_endpoints(engine, page.queue, CONCURRENCY)
    return blocks


class Page:
    """All parts: clips and settings on the left, status and results on the right."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._prepared = gr.State(None, time_to_live=HOUR)
        self._result = gr.State(None, time_to_live=HOUR)
        gr.HTML(head_html(engine), apply_default_css=False)
        with gr.Row(elem_classes="mf-columns"):
            with gr.Column(scale=4, min_width=340, elem_id="panel"):
                self._build_left()
            with gr.Column(scale=8, min_width=340):
                self._build_right()
        self._runner = SessionRunner(self._status, Buttons(self._check, self._generate, self._stop))
        tabs = self._result_tab, self._compare_tab, self._run_tab
        self._handlers = EditHandlers(engine, self._runner, self._prepared, self._result, tabs)
        self._fields = self._settings.fields(**self._preprocess_tab.editor.fields)

    def _build_left(self) -> None:
        gr.HTML(title_html(1, "Clips", HINT), apply_default_css=False)
        self._clips = ClipInputs()
        gr.HTML(title_html(2, "Settings"), apply_default_css=False)
        self._settings = SettingsPanel(self._engine)
        with gr.Column(elem_id="actions"):
            self._estimate = gr.HTML("", apply_default_css=False, elem_id="estimate")
            with gr.Row():
                self._check = gr.Button("Check poses", min_width=96, elem_id="check")
                self._generate = gr.Button("Generate", variant="primary", min_width=110, elem_id="generate")
                self._stop = gr.Button("Stop", variant="stop", interactive=False, min_width=70, elem_id="stop")

    def _build_right(self) -> None:
        self._status = gr.HTML(self._idle(), apply_default_css=False, elem_id="status")
        with gr.Tabs(elem_id="tabs") as self._tabs:
            with gr.Tab("Result", id="result"):
                self._result_tab = ResultTab()
            with gr.Tab("Preprocess", id="preprocess", render_children=True):
                self._preprocess_tab = PreprocessTab(self._engine)
            with gr.Tab("Compare", id="compare", render_children=True):
                self._compare_tab = CompareTab()
            with gr.Tab("Run", id="run", render_children=True):
                self._run_tab = RunTab()

    @property
    def queue(self) -> WorkQueue:
        """The queue of all work, of sessions and of programs."""
        return self._runner.queue

    @property
    def _outputs(self) -> list[Any]:
        """Everything that a job changes on the page, but the buttons."""
        tabs = self._result_tab, self._compare_tab, self._run_tab
        return [self._status, self._prepared, self._result, *(part for tab in tabs for part in tab.components)]

    def wire(self, blocks: gr.Blocks) -> None:
        """Connect the parts."""
        self._wire_buttons()
        self._wire_follow_up()
        self._wire_preprocess()
        self._wire_clips()
        self._settings.wire()
        self._result_tab.wire(self._result)
        self._compare_tab.wire(self._result)
        changes = [blocks.load, *(field.change for field in self._settings.runtime_fields)]
        gr.on(changes, self._show_estimate, self._fields, self._estimate, trigger_mode="always_last", **UNQUEUED)
        blocks.unload(self._handlers.end_session)

    @property
    def _job_inputs(self) -> list[Any]:
        return [*self._clips.components, self._prepared, *self._fields]

    @property
    def _job_outputs(self) -> list[Any]:
        return [*self._outputs, self._check, self._generate, self._stop]

    def _wire_buttons(self) -> None:
        for button, handler, tab in (
            (self._check, self._handlers.check, "preprocess"),
            (self._generate, self._handlers.generate, "result"),
        ):
            button.click(lambda tab=tab: gr.Tabs(selected=tab), None, self._tabs, js=SHOW_STATUS, **UNQUEUED)
            finished = button.click(handler, self._job_inputs, self._job_outputs, validator=validate, **JOB)
            finished.then(self._show_estimate, self._fields, self._estimate, **UNQUEUED)
        self._stop.click(self._runner.stop, None, self._stop, **UNQUEUED)

    def _wire_follow_up(self) -> None:
        panel, preset = self._result_tab.follow_up, self._settings.preset
        fields = [self._result, *self._fields]
        best = panel.rerun.click(with_full_quality, fields, [preset, *self._fields], **UNQUEUED)
        best.success(self._handlers.generate, self._job_inputs, self._job_outputs, **JOB)
        inputs = [*self._clips.components, self._result, *panel.range, *self._fields]
        panel.redo.click(self._handlers.redo, inputs, self._job_outputs, **JOB)

    def _wire_preprocess(self) -> None:
        tab, editor, settings = self._preprocess_tab, self._preprocess_tab.editor, self._settings
        inputs = [self._prepared, editor.frame, editor.role, editor.selections, tab.drawn_poses]
        self._prepared.change(
            tab.show, inputs, tab.components,
            api_visibility="private", show_progress="hidden", trigger_mode="always_last", concurrency_limit=MAX_WAITING,
        )  # fmt: skip
        motion_fields = [settings.parts, settings.strength, settings.align]
        editor.wire(self._prepared, self._fields, motion_fields)

    def _wire_clips(self) -> None:
        clips = self._clips.components
        outputs = [*self._outputs, self._preprocess_tab.editor.selections]
        gr.on([clip.change for clip in clips], self._clear_results, [*clips, self._prepared], outputs, **STATEFUL)
        files = OpenFiles(
            self._handlers, self._result_tab, self._clips, self._tabs, self._prepared, self._status, self._fields
        )
        files.wire(self._run_tab.file, [*self._outputs, *clips, self._tabs, *self._fields])

    def _clear_results(self, source: str | None, target: str | None, prepared: PreparedClips | None) -> Any:
        """Clear what came from the earlier clips when one of them changes."""
        if prepared is not None and source and target and prepared.is_of(Path(source), Path(target)):
            return gr.skip()
        return {
            self._status: self._idle(),
            self._prepared: None,
            self._result: None,
            self._preprocess_tab.editor.selections: Selections(),
            **self._result_tab.clear(),
            **self._compare_tab.clear(),
            **self._run_tab.clear(),
        }

    def _show_estimate(self, *values: Any) -> str:
        estimate = self._handlers.estimate.describe(FormValues(*values), self._engine.settings)
        return f'<p class="mf-hint">{estimate}</p>'

    def _idle(self) -> str:
        return idle(edit_steps(self._engine.info))


def title_html(number: int, title: str, hint: str = "") -> str:
    """The numbered title of a section."""
    return f'<div class="mf-title"><i>{number}</i><h2>{title}</h2><p class="mf-hint">{hint}</p></div>'


def head_html(engine: Engine) -> str:
    """The name of the app, what it does, its device and its backend."""
    label = engine.info.label[0].upper() + engine.info.label[1:]
    demo = " (demo)" if engine.info.is_demo else ""
    return (
        '<header class="mf-head"><h1>MotionFollower</h1>'
        "<p>Re-pose the person in a video with the motion of another; background, camera and identity stay.</p>"
        f'<span class="chip">{engine.device}</span>'
        f'<span class="chip"><b>{label}</b>{demo}</span></header>'
    )
