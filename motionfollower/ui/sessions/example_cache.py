"""A cache of edits of the example clips, shared by all sessions and filled on first use."""

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

MAX_EDITS = 4


class _CachedEdit(NamedTuple):
    """A result in its own folder, with the config and clips that led to it."""

    folder: TemporaryDirectory[str]
    config: EditConfig
    clips: PreparedClips
    run: RunMetadata


@dataclass(frozen=True)
class ExampleCache:
    """The last MAX_EDITS edits of examples. Clips that a user uploaded are never cached."""

    _edits: list[_CachedEdit] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def find_clips(self, hashes: tuple[str, str]) -> PreparedClips | None:
        """The latest preparation of an example, by the sha256 of its clips."""
        with self._lock:
            return next((edit.clips for edit in reversed(self._edits) if edit.clips.hashes == hashes), None)

    def load(self, config: EditConfig, clips: PreparedClips, folder: Path) -> RunMetadata | None:
        """Copy the cached result of the same config and clips into `folder`; None where there is none."""
        with self._lock:
            for edit in self._edits:
                if (edit.clips.hashes, edit.config) == (clips.hashes, _without_paths(config)):
                    shutil.copytree(edit.folder.name, folder, dirs_exist_ok=True)
                    return edit.run
        return None

    def store(self, config: EditConfig, clips: PreparedClips, run: RunMetadata, folder: Path) -> None:
        """Cache a copy of the result in `folder` if its clips are an example's; the oldest edit is evicted."""
        if clips.hashes not in example_hashes() or config.redo is not None:
            return
        copy = TemporaryDirectory(prefix=PREFIX)
        shutil.copytree(folder, copy.name, dirs_exist_ok=True)
        with self._lock:
            self._edits.append(_CachedEdit(copy, _without_paths(config), clips, run))
            for evicted in self._edits[:-MAX_EDITS]:
                evicted.folder.cleanup()
            del self._edits[:-MAX_EDITS]


def _without_paths(config: EditConfig) -> EditConfig:
    """The config without the paths of its clips, which differ between sessions."""
    return replace(config, source=Path(), target=Path())


def example_hashes() -> list[tuple[str, str]]:
    """The sha256 of each example's source and target."""
    return [(sha256_of(source), sha256_of(target)) for source, target in example_pairs().values()]
