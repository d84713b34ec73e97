"""The folder of a batch: in it a folder for each job, which appears whole, and the report."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.core.errors import OutputError
from motionfollower.io.result import ResultFiles
from motionfollower.pipeline.chunks.run import WORK
from preprocess.video.atomic import check_parent, make_folder, output_errors, renaming_errors, take_place

LOCK = ".lock"


@contextmanager
def occupied(folder: Path, jobs: Iterable[BatchJob]) -> Generator[None, None, None]:
    """Keep other batches out of a folder, new or not; OutputError where one is in it, or a job's place is taken."""
    check_parent(folder)
    make_folder(folder)
    for job in jobs:
        _check_job_place(folder / job.name)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OutputError(f"Another batch is writing to {folder}. Wait for it, or choose another folder.") from error
    try:
        yield
    finally:
        lock.release()


def _check_job_place(place: Path) -> None:
    files = ResultFiles(place)
    ours = {file.name for file in (files.run, *files.replaced)}
    if place.exists() and (not place.is_dir() or {path.name for path in place.iterdir()} - ours):
        raise OutputError(f"{place} is a file or a folder that holds other files. Give the job another name.")


@contextmanager
def workplace(folder: Path, job: BatchJob) -> Generator[Path, None, None]:
    """A hidden folder to make a job's result in; it becomes the job's own in the end.

    What a process that was killed has left there is removed first, but for the finished parts of a long edit.
    """
    place, draft = folder / job.name, folder / f".{job.name}.part"
    with output_errors(place):
        shutil.rmtree(draft.with_suffix(".old"), ignore_errors=True)
        _sweep(draft)
        draft.mkdir(exist_ok=True)
    try:
        with renaming_errors(place, draft):
            yield draft
        with output_errors(place):
            take_place(draft, place)
    finally:
        _sweep(draft)


def _sweep(draft: Path) -> None:
    """Remove a draft, but for the finished parts in it."""
    for path in draft.glob("*"):
        if path.is_file():
            path.unlink()
        elif path.name != WORK:
            shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):  # it isn't there, or not empty
        draft.rmdir()
