"""Edits of the examples, kept for the next visitor: made when somebody first asks for them, and not again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import NamedTuple

from motionfollower.core.assets import example_pairs
from motionfollower.core.config import EditConfig
from motionfollower.core.hashing import sha256_of
from motionfollower.io.run_record import RunMetadata
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.results import PREFIX

MOST = 4  # edits that are kept; the oldest makes room


class _CachedEdit(NamedTuple):
    """A result in a folder of its own, and what it was made from."""

    home: TemporaryDirectory[str]
    order: EditConfig
    checked: PreparedClips
    run: RunMetadata


@dataclass(frozen=True)
class ExampleCache:
    """The last edits of examples; other people's clips are never kept for anybody else."""

    _made: list[_CachedEdit] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def find_checked(self, clips: tuple[str, str]) -> PreparedClips | None:
        """An example as it was last looked at."""
        with self._lock:
            return next((made.checked for made in reversed(self._made) if made.checked.clips == clips), None)

    def take(self, order: EditConfig, checked: PreparedClips, folder: Path) -> RunMetadata | None:
        """Copy the result of the same order into `folder`; None where there is none yet."""
        with self._lock:
            for made in self._made:
                if (made.checked.clips, made.order) == (checked.clips, _anonymous(order)):
                    shutil.copytree(made.home.name, folder, dirs_exist_ok=True)
                    return made.run
        return None

    def put(self, order: EditConfig, checked: PreparedClips, run: RunMetadata, folder: Path) -> None:
        """Keep a copy of the result in `folder` if its clips are an example's."""
        if checked.clips not in example_hashes() or order.redo is not None:
            return
        home = TemporaryDirectory(prefix=PREFIX)
        shutil.copytree(folder, home.name, dirs_exist_ok=True)
        with self._lock:
            self._made.append(_CachedEdit(home, _anonymous(order), checked, run))
            for old in self._made[:-MOST]:
                old.home.cleanup()
            del self._made[:-MOST]


def _anonymous(order: EditConfig) -> EditConfig:
    """The order without the places of its clips, which each session has for itself."""
    return replace(order, source=Path(), target=Path())


def example_hashes() -> list[tuple[str, str]]:
    """By what the examples' clips are known."""
    return [(sha256_of(source), sha256_of(target)) for source, target in example_pairs().values()]
