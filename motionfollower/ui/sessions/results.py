"""The last result of a session: its files, kept to be viewed, downloaded or partly regenerated."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock

import numpy as np
from PIL import Image

from motionfollower.io.bundle import bundle_files, write_bundle
from motionfollower.io.case import write_case
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata
from motionfollower.ui.sessions.prepared import PreparedClips
from preprocess.types import Frame

PREFIX = "motionfollower-"
"""The start of the names of our folders among the system's temporary ones."""

DAY = 86400  # seconds


def delete_stale_folders() -> None:
    """Delete folders of ours older than a day: left behind by processes that were killed."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        if time.time() - folder.stat().st_mtime > DAY:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class SessionResult:
    """The result in `folder` of an edit of prepared clips."""

    folder: Path
    clips: PreparedClips
    run: RunMetadata

    @property
    def files(self) -> ResultFiles:
        """The files of the result."""
        return ResultFiles(self.folder)

    def frame_pair(self, index: float) -> tuple[Frame, Frame]:
        """A frame of the source and of the edit, uint8 [H, W, 3] at the working size."""
        source = self.clips.inputs.source
        index = min(int(index), self.run.frames - 1, len(source) - 1)
        with Image.open(self.files.frames / f"frame_{index}.png") as image:
            return source.frames[index], np.asarray(image.convert("RGB").resize(source.size))

    def bundle(self) -> Path:
        """A zip of the inputs in the released example layout and the result; written on first use."""
        case, path = self.folder / "case", self.folder / "motionfollower.zip"
        if not path.is_file():
            write_case(case, self.clips.prepared)
            write_bundle(path, bundle_files(case, self.files))
        return path


@dataclass(frozen=True)
class SessionDirs:
    """A folder for the last result of each session."""

    _folders: dict[str, TemporaryDirectory[str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def replace(self, session: str) -> Iterator[Path]:
        """A new folder, which replaces the session's earlier one at the end of the block; deleted if that raises."""
        folder = TemporaryDirectory(prefix=PREFIX)
        try:
            yield Path(folder.name)
        except BaseException:
            folder.cleanup()
            raise
        with self._lock:
            self._delete(session)
            self._folders[session] = folder

    def delete(self, session: str) -> None:
        """Delete the folder of a session, if it has one."""
        with self._lock:
            self._delete(session)

    def _delete(self, session: str) -> None:
        if folder := self._folders.pop(session, None):
            folder.cleanup()
