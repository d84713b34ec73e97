"""What a session keeps of its last edit: the files, for another look, a redo, or to take home."""

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
"""How the folders begin that we keep among the machine's temporary ones."""

DAY = 86400  # seconds


def sweep() -> None:
    """Delete what programs left behind that were ended by force: folders of ours that are older than a day."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        if time.time() - folder.stat().st_mtime > DAY:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class SessionResult:
    """The result in `folder`, of clips that were checked."""

    folder: Path
    checked: PreparedClips
    run: RunMetadata

    @property
    def files(self) -> ResultFiles:
        """The parts of the result."""
        return ResultFiles(self.folder)

    def pair(self, index: float) -> tuple[Frame, Frame]:
        """A frame of the source and of the edit, uint8 [H, W, 3] of the working size."""
        source = self.checked.prepared.inputs.source
        index = min(int(index), self.run.frames - 1, len(source) - 1)
        with Image.open(self.files.frames / f"frame_{index}.png") as picture:
            return source.frames[index], np.asarray(picture.convert("RGB").resize(source.size))

    def bundle(self) -> Path:
        """The take-home zip: everything in the released layout, with the result."""
        case, path = self.folder / "case", self.folder / "motionfollower.zip"
        if not path.is_file():
            for _ in write_case(case, self.checked.prepared):
                pass
            for _ in write_bundle(path, bundle_files(case, self.files)):
                pass
        return path


@dataclass(frozen=True)
class SessionDirs:
    """A folder for each session's last result."""

    _homes: dict[str, TemporaryDirectory[str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def moving(self, session: str) -> Iterator[Path]:
        """A new folder, which takes the place of the session's older one; gone where what is done in it fails."""
        home = TemporaryDirectory(prefix=PREFIX)
        try:
            yield Path(home.name)
        except BaseException:
            home.cleanup()
            raise
        with self._lock:
            self._leave(session)
            self._homes[session] = home

    def leave(self, session: str) -> None:
        """Delete what a session keeps."""
        with self._lock:
            self._leave(session)

    def _leave(self, session: str) -> None:
        if home := self._homes.pop(session, None):
            home.cleanup()
