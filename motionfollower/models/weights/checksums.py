"""Checksums of weights: the sha256 of each file at its first use, so that a changed file is detected."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from motionfollower.core.errors import OutputError, WeightsError
from motionfollower.core.hashing import sha256_of
from preprocess.video.atomic import atomic_path, make_folder

CHECKSUMS_FILE = "checksums.json"
LOCK_FILE = ".lock"


@dataclass(frozen=True)
class ChecksumEntry:
    """A file when it was last read: its sha256, its size in bytes, and its modification time in ns."""

    sha256: str
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> ChecksumEntry:
        """The entry of a file, all of which is read."""
        status = path.stat()
        return cls(sha256_of(path), status.st_size, status.st_mtime_ns)

    def is_current(self, path: Path) -> bool:
        """Whether the file has the size and the modification time of this entry."""
        status = path.stat()
        return (self.size, self.changed) == (status.st_size, status.st_mtime_ns)


ENTRIES = TypeAdapter(dict[str, ChecksumEntry])


class ChecksumRegistry:
    """The entries of a folder of weights, kept in its `checksums.json`; a read-only folder keeps none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = root / CHECKSUMS_FILE

    def entries(self) -> dict[str, ChecksumEntry]:
        """The recorded entries, by path relative to the folder. WeightsError where checksums.json is damaged."""
        try:
            return ENTRIES.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise WeightsError(f"{self._file} is damaged. Delete it: checksums are recorded again at use.") from error

    def check(self, path: Path, *published: str | None, rehash: bool = False) -> str:
        """The sha256 of a file of the folder, which is recorded if it is new.

        A file that is unmodified since it was recorded is read again only with `rehash`. WeightsError where the sha256
        differs from a `published` or from the recorded one.
        """
        recorded = self.entries().get(self._key(path))
        is_unmodified = recorded is not None and recorded.is_current(path) and not rehash
        entry = recorded if recorded is not None and is_unmodified else ChecksumEntry.of(path)
        expected = [sha256 for sha256 in (*published, recorded.sha256 if recorded else None) if sha256]
        if any(sha256 != entry.sha256 for sha256 in expected):
            raise WeightsError(
                f"{path} doesn't match its checksum: its sha256 is {entry.sha256[:12]}…, not {expected[0][:12]}…. "
                f"If you replaced it on purpose, delete {self._file}; if not, delete the file and download it again."
            )
        if entry != recorded:
            self._record(path, entry)
        return entry.sha256

    def _key(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _record(self, path: Path, entry: ChecksumEntry) -> None:
        try:
            with locked(self._root), atomic_path(self._file) as draft:
                entries = self.entries() | {self._key(path): entry}
                draft.write_bytes(ENTRIES.dump_json(entries, indent=2))
        except (OSError, OutputError):
            return  # weights on a read-only disk can be used, without a record


@contextmanager
def locked(folder: Path) -> Generator[None, None, None]:
    """Hold a lock on the weights in `folder` against other processes; the folder is created if missing."""
    make_folder(folder)
    with FileLock(folder / LOCK_FILE):
        yield
