"""The page: its parts in their places, and what each button is wired to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.ui.api import offer_api
from motionfollower.ui.engine import Engine
from motionfollower.ui.handlers import EditHandlers
from motionfollower.ui.inputs.clips import HINT, Clips, validate
from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.inputs.marks import Selections
from motionfollower.ui.inputs.settings import SettingsPanel
from motionfollower.ui.progress_bar import idle, stages_of
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.queue import WorkQueue
from motionfollower.ui.sessions.session import Buttons, SessionRunner
from motionfollower.ui.tabs.compare import CompareTab
from motionfollower.ui.tabs.follow_up import with_full_quality
from motionfollower.ui.tabs.open_files import OpenFiles
from motionfollower.ui.tabs.preprocess import PreprocessTab
from motionfollower.ui.tabs.result import ResultTab
from motionfollower.ui.tabs.run import RunTab
from motionfollower.ui.tabs.workbench import SETTING

HOUR = 3600
CLEANED = (HOUR // 6, 2 * HOUR)
"""How often Gradio's files are looked through, and how old they may become."""

QUIET: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
LINE = 20
IN_LINE: dict[str, Any] = {"concurrency_limit": LINE, "concurrency_id": "line"}
"""So many may stand in the line of `turns`, which lets one work at a time and tells the others their place."""

SHOW_STATUS = "() => innerWidth < 760 && document.querySelector('#status').scrollIntoView()"
"""On a phone the status is far from the buttons."""

WORK: dict[str, Any] = {"trigger_mode": "once", "api_visibility": "private", "show_progress": "hidden", **IN_LINE}


def build_page(engine: Engine) -> gr.Blocks:
    """The page; all sessions work on one engine."""
    page = gr.Blocks(title="MotionFollower", analytics_enabled=False, delete_cache=CLEANED, fill_width=True)
    with page:
        parts = Page(engine)
        parts.wire(page)
        offer_api(engine, parts.turns, IN_LINE)
    return page


class Page:
    """All parts: clips and settings on the left, what is known of the edit on the right."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._checked = gr.State(None, time_to_live=HOUR)
        self._kept = gr.State(None, time_to_live=HOUR)
        gr.HTML(head_html(engine), apply_default_css=False)
        with gr.Row(elem_classes="mf-columns"):
            with gr.Column(scale=4, min_width=340, elem_id="panel"):
                self._build_left()
            with gr.Column(scale=8, min_width=340):
                self._build_right()
        self._attendant = SessionRunner(self._status, Buttons(self._check, self._generate, self._stop))
        tabs = self._result, self._compare, self._run
        self._desk = EditHandlers(engine, self._attendant, self._checked, self._kept, *tabs)
        self._fields = self._settings.fields(**self._preprocess.bench.fields)

    def _build_left(self) -> None:
        gr.HTML(title_html(1, "Clips", HINT), apply_default_css=False)
        self._clips = Clips()
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
                self._result = ResultTab()
            with gr.Tab("Preprocess", id="preprocess", render_children=True):
                self._preprocess = PreprocessTab()
            with gr.Tab("Compare", id="compare", render_children=True):
                self._compare = CompareTab()
            with gr.Tab("Run", id="run", render_children=True):
                self._run = RunTab()

    @property
    def turns(self) -> WorkQueue:
        """The line in which sessions and programs stand."""
        return self._attendant.turns

    @property
    def _shown(self) -> list[Any]:
        """Everything that shows something of the work."""
        states = [self._status, self._checked, self._kept, self._run.run]
        return [*states, *self._result.components, *self._compare.components]

    def wire(self, page: gr.Blocks) -> None:
        """Connect the parts."""
        self._wire_buttons()
        self._wire_preprocess()
        self._settings.wire()
        self._result.wire(self._kept)
        self._compare.wire(self._kept)
        clips = [self._clips.source, self._clips.target]
        forgotten = [*self._shown, self._preprocess.bench.marks]
        gr.on([clip.change for clip in clips], self._forget, [*clips, self._checked], forgotten, **SETTING)
        opening = OpenFiles(self._desk, self._result, clips, self._tabs, self._checked, self._status)
        opening.wire(self._run.file, self._fields, [*self._shown, *clips, self._tabs, *self._fields])
        costly = [page.load, *(field.change for field in self._settings.costly)]
        gr.on(costly, self._show_estimate, self._fields, self._estimate, trigger_mode="always_last", **QUIET)
        page.unload(self._desk.leave)

    def _wire_buttons(self) -> None:
        clips = [self._clips.source, self._clips.target]
        inputs = [*clips, self._checked, *self._fields]
        outputs = [*self._shown, self._check, self._generate, self._stop]
        for button, work, tab in (
            (self._check, self._desk.check, "preprocess"),
            (self._generate, self._desk.generate, "result"),
        ):
            button.click(lambda tab=tab: gr.Tabs(selected=tab), None, self._tabs, js=SHOW_STATUS, **QUIET)
            done = button.click(work, inputs, outputs, validator=validate, **WORK)
            done.then(self._show_estimate, self._fields, self._estimate, **QUIET)  # a run teaches how long they take
        going_on = self._result.going_on
        fields = [self._kept, *self._fields]
        best = going_on.finish.click(with_full_quality, fields, [self._settings.preset, *self._fields], **QUIET)
        best.success(self._desk.generate, inputs, outputs, **WORK)
        again = [*clips, self._kept, *going_on.range, *self._fields]
        going_on.redo.click(self._desk.redo, again, outputs, **WORK)
        self._stop.click(self._attendant.stop, None, self._stop, **QUIET)

    def _wire_preprocess(self) -> None:
        tab, bench, settings = self._preprocess, self._preprocess.bench, self._settings
        self._checked.change(
            tab.show, [self._checked, bench.frame, bench.role, bench.marks, tab.drawn], tab.components,
            api_visibility="private", show_progress="hidden", trigger_mode="always_last", concurrency_limit=LINE,
        )  # fmt: skip
        bench.wire(
            self._engine, self._clips.source, self._checked, self._fields,
            also=[settings.parts, settings.blend, settings.align],
        )  # fmt: skip

    def _forget(self, source: str | None, target: str | None, checked: PreparedClips | None) -> Any:
        """A changed clip clears what came from the old one."""
        if checked is not None and source and target and checked.is_of(Path(source), Path(target)):
            return gr.skip()
        cleared = {
            part: value for tab in (self._result, self._compare, self._run) for part, value in tab.clear().items()
        }
        bench = self._preprocess.bench
        return {self._status: self._idle(), self._checked: None, self._kept: None, bench.marks: Selections(), **cleared}

    def _show_estimate(self, *values: Any) -> str:
        return f'<p class="mf-hint">{self._desk.pace.describe(FormValues(*values), self._engine.settings)}</p>'

    def _idle(self) -> str:
        return idle(stages_of(self._engine))


def title_html(number: int, title: str, hint: str = "") -> str:
    """The title of a step."""
    return f'<div class="mf-title"><i>{number}</i><h2>{title}</h2><p class="mf-hint">{hint}</p></div>'


def head_html(engine: Engine) -> str:
    """The name of the product, what it does, and what it runs on."""
    tiny = ": a tiny model, to try everything out" if engine.is_tiny else ""
    return (
        '<header class="mf-head"><h1>MotionFollower</h1>'
        "<p>The person of one clip does the dance of another. Background, camera and looks stay.</p>"
        f'<span class="chip">{engine.device}</span>'
        f'<span class="chip"><b>{engine.name}</b> weights{tiny}</span></header>'
    )
