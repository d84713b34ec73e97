"""Ctrl-C at any moment: exit code 130, one line, nothing half-written, older results as they were."""

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
from tests.cli.conftest import Made

ROOT = Path(__file__).parents[2]
SAID = "motionfollower: interrupted; nothing half-written is left.\n"


class Interrupter(StringIO):
    """A stream that presses Ctrl-C when a text is written to it."""

    def __init__(self, moment: str) -> None:
        super().__init__()
        self.moment = moment

    def write(self, text: str) -> int:
        if text == self.moment:
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.mark.parametrize(
    "moment", ["read …", "background 2/3", "puppet 2/3", "sampling 1/2", "decode …", "write …", "write 2/3"]
)
def test_every_stage_of_an_edit_can_be_left(moment: str, prepared: Made, edited: Made, tmp_path: Path) -> None:
    older = Path(shutil.copytree(edited.folder, tmp_path / "older"))
    before = contents(tmp_path)
    command = ["edit", "--case", str(prepared.folder), "-o", str(older), "--steps", "2"]
    with redirect_stderr(Interrupter(moment)), pytest.raises(KeyboardInterrupt):
        main(command)
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [older]


@pytest.mark.parametrize("moment", ["source poses 2/3", "source masks …", "target poses …", "write 4/8"])
def test_every_stage_of_a_preparation_can_be_left(moment: str, source: Path, target: Path, tmp_path: Path) -> None:
    command = ["prepare", str(source), str(target), "-o", str(tmp_path / "case"), "--size", "96x128"]
    with redirect_stderr(Interrupter(moment)), pytest.raises(KeyboardInterrupt):
        main(command)
    assert list(tmp_path.iterdir()) == []


Process = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[object]:
    """Starts the program as people do, and sees to it that it ends."""
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
    """Until the library is being imported."""
    while library not in Path(f"/proc/{process.pid}/maps").read_text():
        assert process.poll() is None


def wait_for_line(process: Process, line: str) -> None:
    assert process.stderr is not None
    assert any(said.rstrip() == line for said in process.stderr)


class TestProgram:
    @pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says what a process imports")
    def test_while_it_imports(self, start, source, target, tmp_path):
        process = start("prepare", source, target, "-o", tmp_path / "case")
        wait_for_import(process, "libtorch")
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", f"\n{SAID}")
        assert process.returncode == 130
        assert list(tmp_path.iterdir()) == []

    def test_twice_while_it_looks_for_poses(self, start, source, target, tmp_path):
        process = start("prepare", source, target, "-o", tmp_path / "case")
        wait_for_line(process, "source poses 1/3")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        assert process.returncode == 130
        assert said.endswith(f"\n{SAID}")
        assert "Traceback" not in said
        assert list(tmp_path.iterdir()) == []

    def test_a_request_to_terminate_while_it_writes(self, start, prepared, edited, tmp_path):
        """Where it comes when the new result is being moved in, it has to wait until that is done."""
        folder = Path(shutil.copytree(edited.folder, tmp_path / "result"))
        before = contents(tmp_path)
        process = start("edit", "--case", prepared.folder, "-o", folder, "--seed", "1")
        wait_for_line(process, "write 1/3")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
        after = contents(tmp_path)
        assert after == before or (after.keys() == before.keys() and b'"seed": 1,' in after["result/run.json"])
        assert list(tmp_path.iterdir()) == [folder]
        assert (process.returncode, said[-len(SAID) :]) == (130, SAID) or process.returncode == 0
