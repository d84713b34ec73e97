"""The progress of a job on stderr: bars on a terminal, lines elsewhere."""

import sys
from io import StringIO

import numpy as np
import pytest

from motionfollower.core.events import Preview, Report, Stage, StageStarted, begin_stage
from motionfollower.core.progress import progress_display


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def report_events(report: Report) -> None:
    on_progress = begin_stage(report, Stage.SAMPLING, 8, "seed 42")
    report(Preview(1, np.zeros((4, 4, 3), np.uint8)))
    for done in range(1, 9):
        on_progress(done)
    report(StageStarted(Stage.DECODE))


def test_a_pipe_gets_a_line_at_each_quarter_of_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_display() as report:
        report_events(report)
    output = capsys.readouterr()
    quarters = [f"sampling {done}/8" for done in (2, 4, 6, 8)]
    assert output.err.splitlines() == ["sampling … seed 42", *quarters, "decode …"]
    assert output.out == ""


def test_a_terminal_gets_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_display() as report:
        report_events(report)
    text = terminal.getvalue()
    assert "seed 42\n" in text
    assert "8/8" in text
    assert text.index("sampling") < text.index("decode")
    assert text.endswith("\n")


def test_the_bar_is_closed_where_the_job_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        with progress_display() as report:
            report(StageStarted(Stage.READ, 2))
            raise OSError("no such clip")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(OSError, match="no such clip"):
        fail()
    assert terminal.getvalue().endswith("\n")
