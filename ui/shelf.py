"""Edits of the examples, kept for the next visitor: made when somebody first asks for them, and not again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import NamedTuple

from motionfollower.digest import fingerprint
from motionfollower.job import EditRequest
from motionfollower.metadata import RunMetadata
from ui.checked import Checked
from ui.clips import EXAMPLE_PAIRS, EXAMPLES
from ui.kept import PREFIX

MOST = 4  # edits that are kept; the oldest makes room


class _Made(NamedTuple):
    """A result in a folder of its own, and what it was made from."""

    home: TemporaryDirectory[str]
    order: EditRequest
    checked: Checked
    run: RunMetadata


@dataclass(frozen=True)
class Shelf:
    """The last edits of examples; other people's clips are never kept for anybody else."""

    _made: list[_Made] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def find_checked(self, clips: tuple[str, str]) -> Checked | None:
        """An example as it was last looked at."""
        with self._lock:
            return next((made.checked for made in reversed(self._made) if made.checked.clips == clips), None)

    def take(self, order: EditRequest, checked: Checked, folder: Path) -> RunMetadata | None:
        """Copy the result of the same order into `folder`; None where there is none yet."""
        with self._lock:
            for made in self._made:
                if (made.checked.clips, made.order) == (checked.clips, _anonymous(order)):
                    shutil.copytree(made.home.name, folder, dirs_exist_ok=True)
                    return made.run
        return None

    def put(self, order: EditRequest, checked: Checked, run: RunMetadata, folder: Path) -> None:
        """Keep a copy of the result in `folder` if its clips are an example's."""
        if checked.clips not in example_digests() or order.redo is not None:
            return
        home = TemporaryDirectory(prefix=PREFIX)
        shutil.copytree(folder, home.name, dirs_exist_ok=True)
        with self._lock:
            self._made.append(_Made(home, _anonymous(order), checked, run))
            for old in self._made[:-MOST]:
                old.home.cleanup()
            del self._made[:-MOST]


def _anonymous(order: EditRequest) -> EditRequest:
    """The order without the places of its clips, which each session has for itself."""
    return replace(order, source=Path(), target=Path())


def example_digests() -> list[tuple[str, str]]:
    """By what the examples' clips are known."""
    return [
        (fingerprint(EXAMPLES / source), fingerprint(EXAMPLES / target)) for source, target in EXAMPLE_PAIRS.values()
    ]
