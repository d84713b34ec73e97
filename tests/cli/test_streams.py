"""Output streams: bars on a terminal, plain lines elsewhere, a quiet exit on a closed pipe."""

import os
import pty
import re
import signal
import subprocess
import sys
import termios
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Thread

from motionfollower.cli.main import main
from tests.cli.commands import run
from tests.cli.conftest import CommandResult

ROOT = Path(__file__).parents[2]


def read_all(descriptor: int, output: list[bytes]) -> None:
    """Collect what is written to a terminal until its other end is closed."""
    while True:
        try:
            output.append(os.read(descriptor, 4096))
        except OSError:
            return


def edit_on_a_terminal(case: Path, folder: Path) -> str:
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 80))
    output: list[bytes] = []
    reader = Thread(target=read_all, args=(terminal, output))
    reader.start()
    with os.fdopen(end, "w") as stream, redirect_stderr(stream), redirect_stdout(StringIO()):
        assert main(["edit", "--case", str(case), "-o", str(folder)]) == 0
    reader.join()
    os.close(terminal)
    return b"".join(output).decode()


def test_a_terminal_gets_a_bar_for_each_stage(prepared: CommandResult, tmp_path: Path) -> None:
    output = edit_on_a_terminal(prepared.folder, tmp_path / "result")
    for stage in ("background", "puppet", "sampling", "write"):
        assert re.search(rf"\r{stage} *: 100%\|█+\|", output), stage


def test_other_streams_get_plain_lines(edited: CommandResult) -> None:
    lines = edited.outcome.err.split("\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[a-z ]+( …| \d+/\d+)", line) for line in lines)
    assert [line for line in lines if line.endswith("…")][:3] == ["read …", "source poses …", "source masks …"]
    assert lines[-1] == "measure 3/3"


def test_results_go_to_stdout_and_progress_to_stderr(edited: CommandResult) -> None:
    assert "…" not in edited.outcome.out
    assert "written to" not in edited.outcome.err


def test_errors_go_to_stderr() -> None:
    outcome = run("edit", "-o", "result")
    assert outcome.out == ""
    assert outcome.error


def test_a_closed_pipe_ends_the_program_quietly() -> None:
    """As in `motionfollower info | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    program = subprocess.run(
        [sys.executable, "-m", "motionfollower", "info"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert program.stderr == ""
    assert program.returncode == 128 + signal.SIGPIPE
