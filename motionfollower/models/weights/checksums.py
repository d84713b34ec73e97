"""The ledger of weights: what each file held when it was first used, so that a changed one is noticed."""

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

NAME = "checksums.json"
LOCK = ".lock"


@dataclass(frozen=True)
class ChecksumEntry:
    """A file as it was when it was last looked into: its sha256, size in bytes, time of change in ns."""

    sha256: str
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> ChecksumEntry:
        """Look into a file; reads all of it."""
        status = path.stat()
        return cls(sha256_of(path), status.st_size, status.st_mtime_ns)

    def is_of(self, path: Path) -> bool:
        """Whether the file can't have changed since, as far as the file system knows."""
        status = path.stat()
        return (self.size, self.changed) == (status.st_size, status.st_mtime_ns)


ENTRIES = TypeAdapter(dict[str, ChecksumEntry])


class ChecksumRegistry:
    """The entries of a folder of weights, in `checksums.json` beside them; a folder that can't be written has none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = root / NAME

    def entries(self) -> dict[str, ChecksumEntry]:
        """What is recorded, by the files' paths in the folder. WeightsError where the ledger is damaged."""
        try:
            return ENTRIES.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise WeightsError(f"{self._file} is damaged. Delete it: files are recorded anew when used.") from error

    def check(self, path: Path, *known: str | None, thoroughly: bool = False) -> str:
        """The sha256 of a file of the folder, recorded where it is new.

        A file that hasn't been touched since it was recorded is only read again if `thoroughly` is asked for.
        WeightsError where it is another one than what is `known` of it, or than what was recorded.
        """
        recorded = self.entries().get(self._key(path))
        is_untouched = recorded is not None and recorded.is_of(path) and not thoroughly
        entry = recorded if recorded is not None and is_untouched else ChecksumEntry.of(path)
        expected = [sha256 for sha256 in (*known, recorded.sha256 if recorded else None) if sha256]
        if any(sha256 != entry.sha256 for sha256 in expected):
            raise WeightsError(
                f"{path} isn't what it should be: its sha256 is {entry.sha256[:12]}…, not {expected[0][:12]}…. "
                f"If you replaced it on purpose, delete {self._file}; if not, delete the file and get it again."
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
            return  # weights on a disk that is read-only are used all the same


@contextmanager
def locked(folder: Path) -> Generator[None, None, None]:
    """Keep other processes from changing the weights in `folder`, which is made where it isn't there."""
    make_folder(folder)
    with FileLock(folder / LOCK):
        yield
