"""The wheel, built and installed: it holds all that an edit needs, and its command works in any folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from motionfollower.core import __version__
from motionfollower.core.assets import example_pairs

ROOT = Path(__file__).parents[1]
SOURCES = ["motionfollower", "preprocess", "assets", "examples"]
EXTRAS = {"train", "ray", "gpu", "mcp", "dev"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
TINY = ["--backend", "embedded", "--frames", "2", "--size", "128x128"]

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools writes beside its sources."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("requirements*.txt"), *(ROOT / name for name in ("pyproject.toml", "setup.py", "LICENSE"))):
        shutil.copy(file, checkout)
    shutil.copy(ROOT / "README.md", checkout)
    stale = checkout / "build" / "lib" / "motionfollower" / "removed_since.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".", folder=checkout)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment with the wheel; dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    programs = folder / "bin"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(programs / "python", "-c", where, folder=folder).strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(programs / "python")]
    run(*pip, "install", "--no-deps", "--no-index", "--ignore-installed", wheel, folder=folder)
    return programs


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def test_it_carries_code_assets_and_examples_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {str(file.relative_to(ROOT)) for name in SOURCES[:2] for file in (ROOT / name).rglob("*.py")}
    markers = {f"{name}/py.typed" for name in SOURCES[:2]}
    static = {str(file.relative_to(ROOT)) for file in (ROOT / "motionfollower/ui/static").iterdir()}
    bundled = [*(ROOT / "assets").glob("*/*"), *(ROOT / "examples").glob("*.mp4"), ROOT / "examples/manifest.json"]
    assert names == modules | markers | static | {f"motionfollower/_{file.relative_to(ROOT)}" for file in bundled}


def test_it_states_version_and_dependencies(wheel: Path) -> None:
    fields = metadata(wheel)
    listed = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1].isalpha()]
    required = [line for line in fields.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert fields["Version"] == __version__
    assert set(fields.get_all("Provides-Extra", [])) == EXTRAS
    assert len(required) == len(listed)


def test_its_command_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    command = installed / "motionfollower"
    assert "usage: motionfollower" in run(command, "--help", folder=tmp_path)
    assert str(installed.parent) in run(
        installed / "python", "-c", "import motionfollower; print(motionfollower.__file__)", folder=tmp_path
    )
    assert "embedded" in run(command, "info", folder=tmp_path)


def test_it_finds_its_examples(installed: Path, tmp_path: Path) -> None:
    script = (
        "from motionfollower.core.assets import example_pairs as pairs; print(*sum(pairs().values(), ()), sep='\\n')"
    )
    clips = [Path(line) for line in run(installed / "python", "-c", script, folder=tmp_path).splitlines()]
    assert [clip.name for clip in clips] == [clip.name for pair in example_pairs().values() for clip in pair]
    assert all(clip.is_relative_to(installed.parent) for clip in clips)


def test_it_edits_a_clip_in_another_folder(installed: Path, tmp_path: Path) -> None:
    pair = next(iter(example_pairs().values()))
    run(installed / "motionfollower", "edit", *pair, "-o", "edit", *TINY, folder=tmp_path)
    assert (tmp_path / "edit" / "edited.mp4").stat().st_size > 0
    assert {"edited.mp4", "run.json"} <= {file.name for file in (tmp_path / "edit").iterdir()}
