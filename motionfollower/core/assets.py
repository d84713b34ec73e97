"""Where the files that ship with the code lie: at the root of a checkout, inside the package in a wheel."""

from __future__ import annotations

import json
import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ROOT = PACKAGE.parent
"""The folder from which the packages are imported: the checkout, or site-packages."""


def bundled(name: str) -> Path:
    """Return the folder of bundled files `name`: `assets` (weights, training configs) or `examples` (clips).

    `setup.py` puts them into a wheel as `motionfollower/_assets` and `motionfollower/_examples`.
    """
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else ROOT / name


def is_installed() -> bool:
    """Whether this is a wheel rather than a checkout."""
    return bundled("assets").parent == PACKAGE


def user_cache() -> Path:
    """Return the folder for downloads of an installed program: `motionfollower` in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "motionfollower"


def example_pairs() -> dict[str, tuple[Path, Path]]:
    """Return the example pairs of `examples/manifest.json` that are present: title → (source, target)."""
    folder = bundled("examples")
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return {}
    pairs = {
        pair["title"]: (folder / pair["source"], folder / pair["target"])
        for pair in json.loads(manifest.read_text(encoding="utf-8"))["pairs"]
    }
    return {title: pair for title, pair in pairs.items() if all(clip.is_file() for clip in pair)}
