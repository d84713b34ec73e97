"""The progress of a job as HTML: its steps, a bar, and a sentence."""

from __future__ import annotations

import time
from html import escape
from typing import NamedTuple

from motionfollower.core.events import Progress, Stage, StageStarted
from motionfollower.pipeline.backends import BackendInfo

LOAD, FINISH = "load", "finish"
"""The app's own stages, before and after those of an edit."""


class StageView(NamedTuple):
    """How a stage is shown: the step it belongs to, its label, and its weight in the bar."""

    step: str
    label: str
    weight: float


STAGES: dict[str, StageView] = {
    LOAD: StageView("Read", "Loading the model", 0.5),
    Stage.READ: StageView("Read", "Reading the clips", 0.5),
    Stage.SOURCE_POSES: StageView("Source person", "Source poses", 2.5),
    Stage.SOURCE_MASKS: StageView("Source person", "Source masks", 2.5),
    Stage.TARGET_POSES: StageView("Target person", "Target poses", 2.5),
    Stage.TARGET_MASKS: StageView("Target person", "Target masks", 2.5),
    Stage.ALIGN: StageView("Align", "Aligning the motion", 1),
    Stage.BACKGROUND: StageView("Puppet", "Background", 2),
    Stage.PUPPET: StageView("Puppet", "Puppet", 2),
    Stage.PLAN_MEMORY: StageView("Sampling", "Planning memory", 0.5),
    Stage.SAMPLING: StageView("Sampling", "Sampling", 8),
    Stage.DECODE: StageView("Encode", "Decoding", 2),
    Stage.WRITE: StageView("Encode", "Writing files", 2),
    Stage.MEASURE: StageView("Encode", "Metrics", 2),
    FINISH: StageView("Encode", "Preparing the page", 1),
}
"""The stages in their order."""

PREPARE_STEPS = ("Read", "Source person", "Target person", "Align")
IDLE = "Add a source and a target clip, or load an example."


def edit_steps(info: BackendInfo) -> tuple[str, ...]:
    """The steps of an edit on a backend."""
    steps = dict.fromkeys(view.step for view in STAGES.values())
    return tuple(step for step in steps if step != "Puppet" or info.uses_puppet)


class ProgressBar:
    """Follows the events of one job, whose stages are grouped into `steps`."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        self._steps = steps
        self._stages = [name for name, view in STAGES.items() if view.step in steps]
        self._started = self._stage_started = time.monotonic()
        self._stage: str | None = None
        self._done, self._total = 0, 0

    def starting(self) -> str:
        """The status before the first event."""
        return status_html(self._steps, -1, "wait", 0.0, "Starting …")

    def queued(self, ahead: int) -> str:
        """The status behind `ahead` other jobs; the clock starts afterwards."""
        self._started = self._stage_started = time.monotonic()
        message = f"Queued: {ahead} edit{'s'[: ahead != 1]} ahead of yours."
        return status_html(self._steps, -1, "wait", 0.0, message, "Press Stop to leave the queue.")

    def show(self, event: StageStarted | Progress) -> str:
        """The status after an event; events of stages that are not shown change nothing."""
        if event.stage in self._stages:
            self._follow(event)
        count = f": {self._done} of {self._total}" if self._total else " …"
        return self._html("run", f"{self._label}{count}", self._clock())

    def _follow(self, event: StageStarted | Progress) -> None:
        if isinstance(event, Progress):
            self._done, self._total = event.done, event.total
        else:
            self._stage, self._done, self._total = str(event.stage), 0, event.total or 0
            self._stage_started = time.monotonic()

    def done(self, message: str) -> str:
        """The status at the end of a job."""
        return status_html(self._steps, self._step_index, "done", 1.0, message, f"{self.seconds:.1f} s total")

    def stopped(self) -> str:
        """The status after Stop."""
        if self._stage is None:
            return status_html(self._steps, -1, "stop", 0.0, "Stopped while queued.")
        is_sampling = self._stage == Stage.SAMPLING
        position = f"after {self._done} of {self._total} steps" if is_sampling else f"during “{self._label}”"
        return self._html("stop", f"Stopped {position}. Nothing was saved.")

    def failed(self, message: str) -> str:
        """The status after an error."""
        return self._html("fail", message)

    @property
    def seconds(self) -> float:
        """Seconds since the job started."""
        return time.monotonic() - self._started

    @property
    def _label(self) -> str:
        return STAGES[self._stage].label if self._stage else "Starting"

    @property
    def _step_index(self) -> int:
        return self._steps.index(STAGES[self._stage].step) if self._stage else -1

    def _clock(self) -> str:
        parts = [f"{self.seconds:.0f} s"]
        if self._done and self._done < self._total:
            per_unit = (time.monotonic() - self._stage_started) / self._done
            if self._stage == Stage.SAMPLING:
                parts.append(f"{per_unit:.2f} s/step")
            parts.append(f"about {per_unit * (self._total - self._done):.0f} s left in this stage")
        return " · ".join(parts)

    def _fraction(self) -> float:
        """The fraction of the job that is done, in [0, 1]."""
        if self._stage is None:
            return 0.0
        weights = [STAGES[stage].weight for stage in self._stages]
        index = self._stages.index(self._stage)
        in_stage = self._done / self._total if self._total else 0.0
        return (sum(weights[:index]) + weights[index] * in_stage) / sum(weights)

    def _html(self, state: str, message: str, clock: str = "") -> str:
        return status_html(self._steps, self._step_index, state, self._fraction(), message, clock)


def idle(steps: tuple[str, ...], message: str = IDLE) -> str:
    """The status while no job runs."""
    return status_html(steps, -1, "idle", 0.0, message)


def done(message: str) -> str:
    """The status after an action that has no steps."""
    return status_html((), -1, "done", 1.0, message)


def status_html(
    steps: tuple[str, ...], current: int, state: str, fraction: float, message: str, clock: str = ""
) -> str:
    """The steps with the `current` one marked, a bar, a sentence and a clock."""
    items = "".join(_item(name, index, current, state) for index, name in enumerate(steps))
    percent = round(100 * fraction)
    role = "alert" if state == "fail" else "status"
    return (
        f'<div class="mf-status {state}"><ol>{items}</ol>'
        f'<div class="mf-bar" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><i style="width:{percent}%"></i></div>'
        f'<p><span role="{role}">{escape(message)}</span><span class="mf-clock">{escape(clock)}</span></p></div>'
    )


def _item(name: str, index: int, current: int, state: str) -> str:
    if state == "done" or index < current:
        return f'<li class="done">{name}</li>'
    return f'<li class="now" aria-current="step">{name}</li>' if index == current else f"<li>{name}</li>"
