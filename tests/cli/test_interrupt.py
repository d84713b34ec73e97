"""Ctrl-C at any time: exit code 130, one line, no partial files, older results unchanged."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import pytest

from motionfollower.cli.main import main
from tests.cli.commands import contents
from tests.cli.conftest import CommandResult

ROOT = Path(__file__).parents[2]
INTERRUPTED = "motionfollower: interrupted; no partial files are left.\n"


class Interrupter(StringIO):
    """A stream that raises SIGINT when a given text is written to it."""

    def __init__(self, trigger: str) -> None:
        super().__init__()
        self.trigger = trigger

    def write(self, text: str) -> int:
        if text == self.trigger:
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.mark.parametrize(
    "trigger", ["read …", "background 2/3", "puppet 2/3", "sampling 1/2", "decode …", "write …", "write 2/3"]
)
def test_an_edit_can_be_interrupted_in_every_stage(
    trigger: str, prepared: CommandResult, edited: CommandResult, tmp_path: Path
) -> None:
    older = Path(shutil.copytree(edited.folder, tmp_path / "older"))
    before = contents(tmp_path)
    command = ["edit", "--case", str(prepared.folder), "-o", str(older), "--steps", "2"]
    with redirect_stderr(Interrupter(trigger)), pytest.raises(KeyboardInterrupt):
        main(command)
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [older]


@pytest.mark.parametrize("trigger", ["source poses 2/3", "source masks …", "target poses …", "write 4/8"])
def test_a_preparation_can_be_interrupted_in_every_stage(
    trigger: str, source: Path, target: Path, tmp_path: Path
) -> None:
    command = ["prepare", str(source), str(target), "-o", str(tmp_path / "case"), "--size", "96x128"]
    with redirect_stderr(Interrupter(trigger)), pytest.raises(KeyboardInterrupt):
        main(command)
    assert list(tmp_path.iterdir()) == []


Process = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[object]:
    """Starts `python -m motionfollower` as a subprocess, and kills it after the test."""
    started: list[Process] = []

    def start(*arguments: str | Path) -> Process:
        command = [sys.executable, "-m", "motionfollower", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for_import(process: Process, library: str) -> None:
    """Wait until a library is loaded."""
    while library not in Path(f"/proc/{process.pid}/maps").read_text():
        assert process.poll() is None


def wait_for_line(process: Process, line: str) -> None:
    """Read stderr up to a line."""
    assert process.stderr is not None
    assert any(printed.rstrip() == line for printed in process.stderr)


class TestProgram:
    @pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see what a process has loaded")
    def test_sigint_during_imports(self, start, source, target, tmp_path):
        process = start("prepare", source, target, "-o", tmp_path / "case")
        wait_for_import(process, "libtorch")
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", f"\n{INTERRUPTED}")
        assert process.returncode == 130
        assert list(tmp_path.iterdir()) == []

    def test_two_sigints_during_pose_estimation(self, start, source, target, tmp_path):
        process = start("prepare", source, target, "-o", tmp_path / "case")
        wait_for_line(process, "source poses 1/3")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate()
        assert process.returncode == 130
        assert printed.endswith(f"\n{INTERRUPTED}")
        assert "Traceback" not in printed
        assert list(tmp_path.iterdir()) == []

    def test_sigterm_while_writing(self, start, prepared, edited, tmp_path):
        """A signal that arrives while the new result replaces the old one is deferred until that is done."""
        folder = Path(shutil.copytree(edited.folder, tmp_path / "result"))
        before = contents(tmp_path)
        process = start("edit", "--case", prepared.folder, "-o", folder, "--seed", "1")
        wait_for_line(process, "write 1/3")
        process.send_signal(signal.SIGTERM)
        _, printed = process.communicate()
        after = contents(tmp_path)
        assert after == before or (after.keys() == before.keys() and b'"seed": 1,' in after["result/run.json"])
        assert list(tmp_path.iterdir()) == [folder]
        assert (process.returncode, printed[-len(INTERRUPTED) :]) == (130, INTERRUPTED) or process.returncode == 0
