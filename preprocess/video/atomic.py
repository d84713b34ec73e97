"""Atomic output: files and folders are written under a temporary name and renamed to their target when complete."""

import shutil
import signal
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from preprocess.types import OutputError


@contextmanager
def atomic_path(target: Path) -> Generator[Path, None, None]:
    """A temporary path beside `target`; the file or folder that the block writes there replaces the target at the end.

    If the block raises, the draft is removed and the target stays unchanged.
    """
    path = target.resolve()
    draft = path.with_name(f".{path.name[:100]}.{uuid4().hex[:8]}.part")
    try:
        with renaming_errors(target, draft):
            yield draft
        with output_errors(target), defer_interrupts():
            move_into_place(draft, path)
    finally:
        _remove(draft)


@contextmanager
def scratch_folder(parent: Path) -> Generator[Path, None, None]:
    """A temporary hidden folder in `parent`, removed at the end of the block."""
    folder = parent / f".{uuid4().hex[:8]}.part"
    try:
        folder.mkdir()
        yield folder
    finally:
        _remove(folder)


@contextmanager
def output_errors(target: Path) -> Generator[None, None, None]:
    """Raise OutputError for an OSError in writing `target`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{target} can't be written: {reason}. Make room or choose another place.") from error


def make_folder(folder: Path) -> None:
    """Create a folder and its parents unless they exist; OutputError where that fails."""
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write or replace a UTF-8 file atomically; OutputError where it can't be written."""
    with atomic_path(path) as draft, output_errors(path):
        draft.write_text(text, encoding="utf-8")


@contextmanager
def renaming_errors(target: Path, draft: Path) -> Generator[None, None, None]:
    """Name the target instead of the draft in OutputErrors about parts of the draft."""
    try:
        yield
    except OutputError as error:
        raise OutputError(str(error).replace(str(draft), str(target))) from error


@contextmanager
def defer_interrupts() -> Generator[None, None, None]:
    """Defer SIGINT and SIGTERM to the end of the block, which must not be interrupted half-way."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are handled in the main thread only
        return
    deferred: list[int] = []
    handlers = {
        number: signal.signal(number, lambda received, _: deferred.append(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if deferred:
            signal.raise_signal(deferred[0])


def check_parent(folder: Path) -> None:
    """OutputError unless files can be created in `folder`, which may not exist yet; call this before long work."""
    with output_errors(folder):
        parent = existing_parent(folder)
    if not parent.is_dir():
        raise OutputError(f"{parent} is a file, so {folder} can't be the folder of a result. Choose another one.")
    with output_errors(folder), scratch_folder(parent):
        pass


def check_not_overwritten(read: Iterable[Path], replaced: Iterable[Path]) -> None:
    """OutputError where one of the inputs `read` lies in a path that the output will replace."""
    outputs = [path.resolve() for path in replaced]
    for path in read:
        if any(path.resolve().is_relative_to(output) for output in outputs):
            raise OutputError(f"The result would replace its input {path}. Choose another folder for it.")


def existing_parent(folder: Path) -> Path:
    """`folder` if it exists, else its nearest existing parent."""
    path = folder.absolute()
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())


def move_into_place(draft: Path, target: Path) -> None:
    """Rename a draft file or folder to its target in the same folder, replacing an older one."""
    if not (draft.is_dir() and target.is_dir()):
        draft.replace(target)
        return
    retired = draft.with_suffix(".old")  # a folder can't replace one that isn't empty
    target.rename(retired)
    draft.rename(target)
    _remove(retired)


def _remove(path: Path) -> None:
    with defer_interrupts():  # another Ctrl-C must not leave part of it behind
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
