"""The repository as a stranger finds it: complete, self-contained, of a decent size."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from motionfollower.core import __version__

ROOT = Path(__file__).parents[1]
TOP_LEVEL = [
    ".ci/run", "LICENSE", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "app.py", "assets", "docs",
    "examples", "motionfollower", "packages.txt", "preprocess", "pyproject.toml", "requirements.txt", "tests",
]  # fmt: skip
BINARY = {".gif", ".jpg", ".mp4", ".npz", ".png", ".safetensors"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home)/\w")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
EXAMPLES_LIMIT = 12 * 2**20


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def requirement_lines() -> list[str]:
    lines = [line for file in ROOT.glob("requirements*.txt") for line in file.read_text().splitlines()]
    return [line.split("  #")[0] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_everything_of_the_top_level_exists(name: str) -> None:
    assert (ROOT / name).exists()


def test_no_file_names_a_machine_path() -> None:
    texts = {file: file.read_bytes().decode(errors="ignore") for file in tracked_files() if file.suffix not in BINARY}
    assert not {str(file.relative_to(ROOT)) for file, text in texts.items() if MACHINE_PATH.search(text)}


@pytest.mark.parametrize("line", requirement_lines())
def test_requirements_are_bounded(line: str) -> None:
    operators = {specifier.operator for specifier in Requirement(line).specifier}
    assert operators in ({"=="}, {">=", "<"})


def test_one_opencv_only() -> None:
    assert sum(line.startswith("opencv") for line in requirement_lines()) == 1


def test_the_version_is_one() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__


def test_examples_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "examples").iterdir()) <= EXAMPLES_LIMIT


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    assert not [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]


def test_ci_runs_targets_of_the_makefile() -> None:
    script = ROOT / ".ci" / "run"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert os.access(script, os.X_OK)
    assert set(re.findall(r"^make (\w+)$", script.read_text(), re.MULTILINE)) <= targets
