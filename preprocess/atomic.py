"""Results appear whole or not at all: they are made beside their place and moved there when done."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from preprocess.types import OutputError


@contextmanager
def replacing(target: Path) -> Generator[Path, None, None]:
    """An unused path beside `target`; what is made there, a file or a folder, takes the target's place in the end.

    Where the block is left by an error, what it made is removed and the target stays as it was.
    """
    draft = target.absolute().with_name(f".{target.name[:100]}.{uuid4().hex[:8]}.part")
    try:
        yield draft
        with writing(target):
            _take_place(draft, target)
    finally:
        _remove(draft)


@contextmanager
def writing(target: Path) -> Generator[None, None, None]:
    """Turns the system's errors in writing `target` into an OutputError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{target} can't be written: {reason}. Make room or choose another place.") from error


def _take_place(draft: Path, target: Path) -> None:
    if not (draft.is_dir() and target.is_dir()):
        draft.replace(target)
        return
    retired = draft.with_suffix(".old")  # a folder can't replace one that isn't empty
    target.rename(retired)
    draft.rename(target)
    _remove(retired)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
