"""Two short clips and the results of `prepare` and `edit` on them, shared by all tests of a session."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from tests.cli.commands import Outcome, succeed

EXAMPLES = Path(__file__).parents[2] / "examples"
MIA, LEO = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"

MakeClip = Callable[..., Path]


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)], check=True)


@dataclass(frozen=True)
class CommandResult:
    """A folder written by a command, and the command's outcome."""

    folder: Path
    outcome: Outcome


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def source(clips: Path) -> Path:
    """Three portrait frames at 12.5 FPS, with sound."""
    path = clips / "source.mp4"
    shape = ["-vf", "crop=384:512,scale=96:128", "-frames:v", "3", "-r", "12.5"]
    inputs = ["-itsscale", 12 / 12.5, "-i", MIA, "-f", "lavfi", "-i", "sine=d=0.24", "-map", "0:v", "-map", "1:a"]
    ffmpeg(*inputs, *shape, "-crf", 10, "-shortest", path)
    return path


@pytest.fixture(scope="session")
def target(clips: Path) -> Path:
    """Twelve square frames at 25 FPS, twice as long as the source."""
    path = clips / "target.mp4"
    shape = ["-an", "-vf", "scale=128:128", "-frames:v", "12", "-r", "25"]
    ffmpeg("-itsscale", 12 / 25, "-i", LEO, *shape, "-crf", 10, path)
    return path


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """`make(name, *arguments)` writes a file of that name with ffmpeg, in a folder of the test's own."""
    folder = tmp_path_factory.mktemp("clips")

    def run(name: str, *arguments: str | Path) -> Path:
        ffmpeg(*arguments, folder / name)
        return folder / name

    return run


@pytest.fixture(scope="session")
def prepared(source: Path, target: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandResult:
    folder = tmp_path_factory.mktemp("results") / "case"
    return CommandResult(folder, succeed("prepare", source, target, "-o", folder, "--size", "96x128"))


@pytest.fixture(scope="session")
def edited(source: Path, target: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandResult:
    folder = tmp_path_factory.mktemp("results") / "edit"
    return CommandResult(folder, succeed("edit", source, target, "-o", folder, "--size", "96x128"))


@pytest.fixture
def case(prepared: CommandResult, tmp_path: Path) -> Path:
    """A copy of the prepared folder that the test may change."""
    return Path(shutil.copytree(prepared.folder, tmp_path / "case"))
