"""Run the command line in the test's process and capture its output."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from motionfollower.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def notes(self) -> list[str]:
        """The warnings, without their prefix."""
        return [line.removeprefix("note: ") for line in self.out.splitlines() if line.startswith("note: ")]

    @property
    def error(self) -> str:
        """The error message for invalid input; fails unless it is a single line after the progress lines."""
        assert self.code == 2
        assert self.out == ""
        last = self.err.splitlines()[-1]
        assert last.startswith("motionfollower: ")
        assert self.err.count("motionfollower: ") == 1
        assert "Traceback" not in self.err
        assert last.endswith(".")
        return last.removeprefix("motionfollower: ")


def run(*arguments: str | Path) -> Outcome:
    """Run a command as `python -m motionfollower` does, without its signal handlers and stream settings."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


def succeed(*arguments: str | Path) -> Outcome:
    """Run a command; fails unless it exits with 0."""
    outcome = run(*arguments)
    assert outcome.code == 0, outcome.err
    return outcome


def contents(folder: Path) -> dict[str, bytes]:
    """The contents of all files below a folder, including hidden ones, by relative path."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
