"""The repository as a newcomer finds it: complete, self-contained, of moderate size."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from motionfollower.core import __version__
from motionfollower.core.assets import bundled, example_pairs

ROOT = Path(__file__).parents[1]
TOP_LEVEL = [
    ".ci/run", ".github/workflows/ci.yml", ".pre-commit-config.yaml", "LICENSE", "Makefile", "README.md",
    "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "SECURITY.md", "app.py", "assets", "docs", "examples",
    "motionfollower", "packages.txt", "preprocess", "pyproject.toml", "requirements.txt", "setup.py", "tests", "tools",
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


def requirements() -> Iterator[Requirement]:
    for file in ROOT.glob("requirements*.txt"):
        lines = (line.split("  #")[0] for line in file.read_text().splitlines())
        yield from (Requirement(line) for line in lines if line and not line.startswith("#"))


def test_everything_of_the_top_level_exists() -> None:
    assert not [name for name in TOP_LEVEL if not (ROOT / name).exists()]


def test_no_file_names_a_machine_path() -> None:
    texts = {file: file.read_bytes().decode(errors="ignore") for file in tracked_files() if file.suffix not in BINARY}
    assert not {str(file.relative_to(ROOT)) for file, text in texts.items() if MACHINE_PATH.search(text)}


def test_requirements_are_bounded() -> None:
    lines = list(requirements())
    unbounded = [str(line) for line in lines if {part.operator for part in line.specifier} not in ({"=="}, {">=", "<"})]
    assert lines
    assert not unbounded


def test_one_opencv_only() -> None:
    assert sum(line.name.startswith("opencv") for line in requirements()) == 1


def test_every_list_of_requirements_is_an_extra_or_installed_by_make() -> None:
    files = set(re.findall(r"requirements[\w-]*\.txt", (ROOT / "pyproject.toml").read_text()))
    assert {file.name for file in ROOT.glob("requirements*.txt")} == files | {"requirements-reference.txt"}
    assert "requirements-reference.txt" in (ROOT / "Makefile").read_text()


def test_the_citation_has_the_version() -> None:
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_examples_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "examples").iterdir()) <= EXAMPLES_LIMIT


def test_the_clips_of_the_examples_manifest_exist() -> None:
    titles = re.findall(r'"title": "(.+)"', (ROOT / "examples" / "manifest.json").read_text())
    assert titles
    assert list(example_pairs()) == titles
    assert bundled("examples") == ROOT / "examples"


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]
    assert pages
    assert not dead


def test_ci_runs_targets_of_the_makefile() -> None:
    script = ROOT / ".ci" / "run"
    hosted = ROOT / ".github" / "workflows" / "ci.yml"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = "\n".join(file.read_text() for file in (script, hosted))
    called = set(re.findall(r"^(?:\s+- run: )?make ([a-z-]+)", commands, re.MULTILINE))
    assert os.access(script, os.X_OK)
    assert called >= {"setup", "check", "test"}
    assert called <= targets


def test_make_demo_takes_paths_with_spaces() -> None:
    command = ["make", "--dry-run", "demo", "SOURCE=my clip.mp4", "OUT=my edit"]
    planned = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert 'edit "my clip.mp4" "examples/target-leo-dance-b.mp4" -o "my edit"' in planned
