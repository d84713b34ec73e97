"""Results appear whole or not at all: they are made beside their place and moved there when done."""

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
    """An unused path beside `target`; what is made there, a file or a folder, takes the target's place in the end.

    Where the block is left by an error, what it made is removed and the target stays as it was.
    """
    place = target.resolve()
    draft = place.with_name(f".{place.name[:100]}.{uuid4().hex[:8]}.part")
    try:
        with renaming_errors(target, draft):
            yield draft
        with output_errors(target), defer_interrupts():
            take_place(draft, place)
    finally:
        _remove(draft)


@contextmanager
def scratch_folder(place: Path) -> Generator[Path, None, None]:
    """A new hidden folder in the folder `place`, gone afterwards."""
    folder = place / f".{uuid4().hex[:8]}.part"
    try:
        folder.mkdir()
        yield folder
    finally:
        _remove(folder)


@contextmanager
def output_errors(target: Path) -> Generator[None, None, None]:
    """Turns the system's errors in writing `target` into an OutputError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{target} can't be written: {reason}. Make room or choose another place.") from error


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there; OutputError where it can't be made."""
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file of UTF-8 whole or not at all, in place of an older one; OutputError where it can't be written."""
    with atomic_path(path) as draft, output_errors(path):
        draft.write_text(text, encoding="utf-8")


@contextmanager
def renaming_errors(target: Path, draft: Path) -> Generator[None, None, None]:
    """Lets errors in writing parts of a draft speak of the target that it is for."""
    try:
        yield
    except OutputError as error:
        raise OutputError(str(error).replace(str(draft), str(target))) from error


@contextmanager
def defer_interrupts() -> Generator[None, None, None]:
    """Put off Ctrl-C, and requests to terminate, to the block's end: for moments that must not stay half-done."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    put_off: list[int] = []
    handlers = {
        request: signal.signal(request, lambda number, _: put_off.append(number))
        for request in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for request, handler in handlers.items():
            signal.signal(request, handler)
        if put_off:
            signal.raise_signal(put_off[0])


def check_parent(folder: Path) -> None:
    """Find out before the long work whether files can be made in `folder`, new or not; OutputError where not."""
    with output_errors(folder):
        home = existing_parent(folder)
    if not home.is_dir():
        raise OutputError(f"{home} is a file, so {folder} can't be the folder of a result. Choose another one.")
    with output_errors(folder), scratch_folder(home):
        pass


def check_not_overwritten(read: Iterable[Path], replaced: Iterable[Path]) -> None:
    """OutputError where something that is read lies in what a result will replace."""
    places = [place.resolve() for place in replaced]
    for path in read:
        if any(path.resolve().is_relative_to(place) for place in places):
            raise OutputError(f"The result would replace {path}, which it is made from. Choose another folder for it.")


def existing_parent(folder: Path) -> Path:
    """`folder`, or else the nearest folder above it that is there."""
    path = folder.absolute()
    return next(place for place in (path, *path.parents) if place.exists())


def take_place(draft: Path, target: Path) -> None:
    """Move a draft, a file or a folder, to its target beside it; what is there is replaced."""
    if not (draft.is_dir() and target.is_dir()):
        draft.replace(target)
        return
    retired = draft.with_suffix(".old")  # a folder can't replace one that isn't empty
    target.rename(retired)
    draft.rename(target)
    _remove(retired)


def _remove(path: Path) -> None:
    with defer_interrupts():  # a second Ctrl-C, or the first one at a lucky end, must not leave a part of it
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
