"""Runs the command line in the test's own process, and looks at what it leaves behind."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from motionfollower.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """The exit code of a command, and all that it said."""

    code: int
    out: str
    err: str

    @property
    def notes(self) -> list[str]:
        """What was doubtful, a sentence each."""
        return [line.removeprefix("note: ") for line in self.out.splitlines() if line.startswith("note: ")]

    @property
    def complaint(self) -> str:
        """The one line that says why bad input was refused; fails where it is not one line, or more than that is said.

        Lines that tell of progress may stand before it.
        """
        assert self.code == 2
        assert self.out == ""
        last = self.err.splitlines()[-1]
        assert last.startswith("motionfollower: ")
        assert self.err.count("motionfollower: ") == 1
        assert "Traceback" not in self.err
        assert last.endswith(".")
        return last.removeprefix("motionfollower: ")


def run(*arguments: str | Path) -> Outcome:
    """`python -m motionfollower` with the arguments, but for what its start does about signals and streams."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


def succeed(*arguments: str | Path) -> Outcome:
    """Run a command that has to work."""
    outcome = run(*arguments)
    assert outcome.code == 0, outcome.err
    return outcome


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
