"""Where the command line's words go: bars on a terminal, plain lines elsewhere, nothing where nobody reads."""

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
from tests.cli.conftest import Made

ROOT = Path(__file__).parents[2]


def read_all(descriptor: int, said: list[bytes]) -> None:
    """What a terminal is told, until the other end is closed."""
    while True:
        try:
            said.append(os.read(descriptor, 4096))
        except OSError:
            return


def edit_on_a_terminal(case: Path, folder: Path) -> str:
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 80))
    said: list[bytes] = []
    reader = Thread(target=read_all, args=(terminal, said))
    reader.start()
    with os.fdopen(end, "w") as stream, redirect_stderr(stream), redirect_stdout(StringIO()):
        assert main(["edit", "--case", str(case), "-o", str(folder)]) == 0
    reader.join()
    os.close(terminal)
    return b"".join(said).decode()


def test_a_terminal_gets_a_bar_for_each_stage(prepared: Made, tmp_path: Path) -> None:
    said = edit_on_a_terminal(prepared.folder, tmp_path / "result")
    for stage in ("background", "puppet", "sampling", "write"):
        assert re.search(rf"\r{stage} *: 100%\|█+\|", said), stage


def test_anything_else_gets_plain_lines(edited: Made) -> None:
    lines = edited.outcome.err.split("\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[a-z ]+( …| \d+/\d+)", line) for line in lines)
    assert [line for line in lines if line.endswith("…")][:3] == ["read …", "source poses …", "source masks …"]
    assert lines[-1] == "write 3/3"


def test_results_go_to_stdout_and_progress_to_stderr(edited: Made) -> None:
    assert "…" not in edited.outcome.out
    assert "written to" not in edited.outcome.err


def test_complaints_go_to_stderr() -> None:
    outcome = run("edit", "-o", "result")
    assert outcome.out == ""
    assert outcome.complaint


def test_a_reader_who_leaves_ends_the_program_quietly() -> None:
    """As in `motionfollower info | head -1`, where the first line is read and the second has nowhere to go."""
    reading, writing = os.pipe()
    os.close(reading)
    program = subprocess.run(
        [sys.executable, "-m", "motionfollower", "info"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert program.stderr == ""
    assert program.returncode == 128 + signal.SIGPIPE
