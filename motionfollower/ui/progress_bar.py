"""Where a job is: the stages, a bar, and a sentence, as the HTML of the status."""

from __future__ import annotations

import time
from html import escape

from motionfollower.core.events import Progress, StageStarted
from motionfollower.ui.engine import Engine

STAGES = {
    "Read": ("load", "read"),
    "Source person": ("source poses", "source masks"),
    "Target person": ("target poses", "target masks"),
    "Align": ("align",),
    "Puppet": ("background", "puppet"),
    "Sampling": ("sampling",),
    "Encode": ("decode", "write", "finish"),
}
"""What the page calls the stages of the pipeline, in their order."""

SHARES = {"Read": 1, "Source person": 5, "Target person": 5, "Align": 1, "Puppet": 4, "Sampling": 8, "Encode": 6}
"""About how long each takes, for the bar."""

IDLE = "Add a source clip and a target clip, or take an example."


def stages_of(engine: Engine) -> tuple[str, ...]:
    """The stages of an edit; only the embedded networks look at a puppet."""
    return tuple(stage for stage in STAGES if stage != "Puppet" or engine.is_tiny)


class ProgressBar:
    """Follows one job's events."""

    def __init__(self, stages: tuple[str, ...]) -> None:
        self._stages = stages
        self._started = self._stage_started = time.monotonic()
        self._stage, self._name = stages[0], ""
        self._done, self._total = 0, 0

    def starts(self) -> str:
        """The status before anything is known."""
        return status_html(self._stages, -1, "wait", 0.0, "Starting …", "")

    def waits(self, before: int) -> str:
        """The status while it is the turn of others; the clock starts afterwards."""
        self._started = self._stage_started = time.monotonic()
        who = "1 edit is" if before == 1 else f"{before} edits are"
        sentence = f"Waiting for your turn: {who} before yours."
        return status_html(self._stages, -1, "wait", 0.0, sentence, "Stop gives up your place.")

    def _see(self, event: StageStarted | Progress) -> None:
        if isinstance(event, StageStarted):
            self._name, self._done, self._total = event.stage, 0, event.total or 0
            self._stage = next((stage for stage, names in STAGES.items() if event.stage in names), self._stage)
            self._stage_started = time.monotonic()
        else:
            self._done, self._total = event.done, event.total

    def show(self, event: StageStarted | Progress) -> str:
        """The status after an event."""
        self._see(event)
        count = f": {self._done} of {self._total}" if self._total else " …"
        return self._html("run", self._share(), f"{self._name.capitalize()}{count}", self._clock())

    def done(self, sentence: str) -> str:
        """The status at the end of a job."""
        return self._html("done", 1.0, sentence, f"{self.seconds:.1f} s in all")

    def stopped(self) -> str:
        """The status after Stop."""
        if not self._name:
            return status_html(self._stages, -1, "stop", 0.0, "Stopped before your turn came.", "")
        where = f"{self._done} of {self._total} steps" if self._stage == "Sampling" else f"“{self._name}”"
        reached = "after" if self._stage == "Sampling" else "at"
        return self._html("stop", self._share(), f"Stopped {reached} {where}. Nothing was saved.", "")

    def failed(self, sentence: str) -> str:
        """The status after an error."""
        return self._html("fail", self._share(), sentence, "")

    @property
    def seconds(self) -> float:
        """Since the job began."""
        return time.monotonic() - self._started

    def _clock(self) -> str:
        words = [f"{self.seconds:.0f} s"]
        taken = time.monotonic() - self._stage_started
        if self._done and self._done < self._total:
            pace = taken / self._done
            if self._stage == "Sampling":
                words.append(f"{pace:.2f} s a step")
            words.append(f"about {pace * (self._total - self._done):.0f} s left of this stage")
        return " · ".join(words)

    def _share(self) -> float:
        """How much of the job is done, in [0, 1]."""
        before = sum(SHARES[stage] for stage in self._stages[: self._stages.index(self._stage)])
        names = STAGES[self._stage]
        inside = self._done / self._total if self._total else 0.0
        part = (names.index(self._name) + inside) / len(names) if self._name in names else inside
        return (before + SHARES[self._stage] * part) / sum(SHARES[stage] for stage in self._stages)

    def _html(self, state: str, share: float, sentence: str, clock: str) -> str:
        return status_html(self._stages, self._stages.index(self._stage), state, share, sentence, clock)


def idle(stages: tuple[str, ...], sentence: str = IDLE) -> str:
    """The status while nothing runs."""
    return status_html(stages, -1, "idle", 0.0, sentence, "")


def done(sentence: str) -> str:
    """The status after what took no time."""
    return status_html((), -1, "done", 1.0, sentence, "")


def status_html(stages: tuple[str, ...], current: int, state: str, share: float, sentence: str, clock: str) -> str:
    """The stages with the `current` one marked, a bar, a sentence and a clock."""
    items = "".join(_item(name, index, current, state) for index, name in enumerate(stages))
    percent = round(100 * share)
    role = "alert" if state == "fail" else "status"
    return (
        f'<div class="mf-status {state}"><ol>{items}</ol>'
        f'<div class="mf-bar" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><i style="width:{percent}%"></i></div>'
        f'<p><span role="{role}">{escape(sentence)}</span><span class="mf-clock">{escape(clock)}</span></p></div>'
    )


def _item(name: str, index: int, current: int, state: str) -> str:
    if state == "done" or index < current:
        return f'<li class="done">{name}</li>'
    return f'<li class="now" aria-current="step">{name}</li>' if index == current else f"<li>{name}</li>"
