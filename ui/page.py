"""The page: its parts in their places, and what each button is wired to."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.api import offer_api
from ui.attendant import Attendant, Buttons
from ui.checked import Checked
from ui.clips import HINT, Clips, validate
from ui.compare_tab import CompareTab
from ui.desk import Desk
from ui.engine import Engine
from ui.preprocess_tab import PreprocessTab, ghost
from ui.result_tab import ResultTab
from ui.run_tab import RunTab
from ui.settings import Choices, SettingsPanel
from ui.tracker import idle, stages_of
from ui.turns import Turns

HOUR, DAY = 3600, 86400
QUIET: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
LINE = 20
IN_LINE: dict[str, Any] = {"concurrency_limit": LINE, "concurrency_id": "line"}
"""So many may stand in the line of `turns`, which lets one work at a time and tells the others their place."""


def build(engine: Engine) -> gr.Blocks:
    """The page; all sessions work on one engine."""
    page = gr.Blocks(title="MotionFollower", analytics_enabled=False, delete_cache=(HOUR, DAY), fill_width=True)
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
        gr.HTML(head_html(engine), apply_default_css=False)
        with gr.Row(elem_classes="mf-columns"):
            with gr.Column(scale=4, min_width=340):
                self._build_left()
            with gr.Column(scale=8, min_width=340):
                self._build_right()
        gr.HTML(
            '<p class="mf-hint">Clips stay on this machine and are deleted within a day. '
            "Edit people only with their consent.</p>",
            apply_default_css=False,
        )
        self._attendant = Attendant(self._status, Buttons(self._check, self._generate, self._stop))
        self._desk = Desk(engine, self._attendant, self._checked, self._result, self._compare, self._run)
        self._fields = self._settings.fields(**self._preprocess.placing)

    def _build_left(self) -> None:
        gr.HTML(f"<h2>Clips</h2><p class='mf-hint'>{HINT}</p>", apply_default_css=False, elem_classes="mf-title")
        self._clips = Clips()
        gr.HTML("<h2>Settings</h2>", apply_default_css=False, elem_classes="mf-title")
        self._settings = SettingsPanel(self._engine)
        with gr.Column(elem_id="actions"):
            self._estimate = gr.HTML("", apply_default_css=False, elem_id="estimate")
            with gr.Row():
                self._check = gr.Button("Check poses", min_width=96, elem_id="check")
                self._generate = gr.Button("Generate", variant="primary", min_width=110, elem_id="generate")
                self._stop = gr.Button("Stop", variant="stop", interactive=False, min_width=70, elem_id="stop")

    def _build_right(self) -> None:
        self._status = gr.HTML(self._idle(), apply_default_css=False, elem_id="status")
        with gr.Tabs() as self._tabs:
            with gr.Tab("Result", id="result"):
                self._result = ResultTab()
            with gr.Tab("Preprocess", id="preprocess", render_children=True):
                self._preprocess = PreprocessTab()
            with gr.Tab("Compare", id="compare", render_children=True):
                self._compare = CompareTab()
            with gr.Tab("Run", id="run", render_children=True):
                self._run = RunTab()

    def wire(self, page: gr.Blocks) -> None:
        """Connect the parts."""
        self._wire_buttons()
        self._wire_preprocess()
        self._settings.wire()
        self._compare.wire()
        self._run.wire(self._fields)
        clips = [self._clips.source.change, self._clips.target.change]
        gr.on(clips, self._forget, None, self._shown, **QUIET)
        settings = self._settings
        costly: list[Any] = [settings.steps, settings.frames, settings.side, settings.cfg, settings.guidance]
        events = [page.load, *(field.change for field in costly)]
        gr.on(events, self._show_estimate, self._fields, self._estimate, trigger_mode="always_last", **QUIET)
        page.unload(self._attendant.leave)

    @property
    def _shown(self) -> list[Any]:
        """Everything that shows something of the work."""
        tabs = (self._result, self._compare)
        return [self._status, self._checked, self._run.run, *(part for tab in tabs for part in tab.components)]

    def _wire_buttons(self) -> None:
        inputs = [self._clips.source, self._clips.target, self._checked, *self._fields]
        outputs = [*self._shown, self._check, self._generate, self._stop]
        for button, work, tab in (
            (self._check, self._desk.check, "preprocess"),
            (self._generate, self._desk.generate, "result"),
        ):
            button.click(lambda tab=tab: gr.Tabs(selected=tab), None, self._tabs, **QUIET)
            done = button.click(
                work, inputs, outputs, validator=validate, trigger_mode="once", api_visibility="private",
                show_progress="hidden", **IN_LINE,
            )  # fmt: skip
            done.then(self._show_estimate, self._fields, self._estimate, **QUIET)  # a run teaches how long they take
        self._stop.click(self._attendant.stop, None, self._stop, **QUIET)

    def _wire_preprocess(self) -> None:
        """What was found, and sliders that move the ghost at once: the clips aren't looked at again."""
        tab = self._preprocess
        self._checked.change(
            tab.show, [self._checked, tab.frame, tab.drawn], tab.components,
            api_visibility="private", show_progress="hidden", trigger_mode="always_last", concurrency_limit=LINE,
        )  # fmt: skip
        sliders = [*tab.placing.values()]
        inputs = [self._clips.source, self._checked, tab.frame, *self._fields]
        moved = [tab.frame.input, *(slider.input for slider in sliders)]
        gr.on(moved, self._move_ghost, inputs, [self._checked, tab.ghost], trigger_mode="always_last", **QUIET)
        tab.reset.click(lambda: (1, 0, 0, 0), None, sliders, **QUIET).then(
            self._move_ghost, inputs, [self._checked, tab.ghost], **QUIET
        )

    def _move_ghost(self, source: str | None, checked: Checked | None, frame: float, *values: Any) -> tuple[Any, Any]:
        if checked is None or source is None:
            return None, None
        checked = checked.aligned(Choices(*values).prepare_settings(source), self._engine.load().preprocessors)
        return checked, ghost(checked, frame)

    def _forget(self) -> dict[Any, Any]:
        """A changed clip clears what came from the old one."""
        tabs = (self._result, self._compare, self._run)
        cleared = {part: value for tab in tabs for part, value in tab.clear().items()}
        return {self._status: self._idle(), self._checked: None, **cleared}

    def _show_estimate(self, *values: Any) -> str:
        return f'<p class="mf-hint">{self._desk.pace.describe(Choices(*values), self._engine.settings)}</p>'

    def _idle(self) -> str:
        return idle(stages_of(self._engine))

    @property
    def turns(self) -> Turns:
        """The line in which sessions and programs stand."""
        return self._attendant.turns


def head_html(engine: Engine) -> str:
    """The name of the product, what it does, and what it runs on."""
    tiny = ": a tiny model, to try everything out" if engine.is_tiny else ""
    return (
        '<header class="mf-head"><h1>MotionFollower</h1>'
        "<p>The person of one clip does the dance of another. Background, camera and looks stay.</p>"
        f'<span class="chip">{engine.device}</span>'
        f'<span class="chip"><b>{engine.name}</b> weights{tiny}</span></header>'
    )
