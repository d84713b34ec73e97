"""Bundled files: found in a checkout and in a wheel, or cleanly absent."""

import json
from pathlib import Path

import pytest

from motionfollower.core import assets
from motionfollower.core.assets import bundled, example_pairs, is_installed, user_cache


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder from which the package is imported."""
    (tmp_path / "motionfollower").mkdir()
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "PACKAGE", tmp_path / "motionfollower")
    return tmp_path


def write_manifest(folder: Path) -> None:
    folder.mkdir()
    pairs = [{"title": title, "source": f"{title}.mp4", "target": "t.mp4"} for title in ("here", "absent")]
    (folder / "manifest.json").write_text(json.dumps({"pairs": pairs}))
    (folder / "here.mp4").touch()
    (folder / "t.mp4").touch()


def test_a_checkout_has_its_files_at_the_root(site: Path) -> None:
    assert bundled("assets") == site / "assets"
    assert not is_installed()


def test_a_wheel_has_them_in_the_package(site: Path) -> None:
    (site / "motionfollower" / "_assets").mkdir()
    (site / "assets").mkdir()  # of another distribution
    assert bundled("assets") == site / "motionfollower" / "_assets"
    assert is_installed()


def test_pairs_whose_clips_are_absent_are_left_out(site: Path) -> None:
    folder = site / "examples"
    write_manifest(folder)
    assert example_pairs() == {"here": (folder / "here.mp4", folder / "t.mp4")}


@pytest.mark.usefixtures("site")
def test_without_a_manifest_there_are_no_examples() -> None:
    assert example_pairs() == {}


def test_the_cache_is_the_user_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path / "motionfollower"
