"""The folder of a batch: its lock, and a folder per job that appears only when it is complete."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.core.errors import OutputError
from motionfollower.io.result import ResultFiles
from motionfollower.pipeline.chunks.opening import CHUNK_DIR
from preprocess.video.atomic import check_parent, make_folder, move_into_place, output_errors, renaming_errors

LOCK = ".lock"


@contextmanager
def locked(folder: Path, jobs: Iterable[BatchJob]) -> Generator[None, None, None]:
    """Create the folder if needed, and keep other batches out of it.

    OutputError where another batch holds the lock, or the folder of a job has other files.
    """
    check_parent(folder)
    make_folder(folder)
    for job in jobs:
        _check_job_dir(folder / job.name)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OutputError(
            f"Another batch is writing to {folder}. Wait until it ends, or choose another folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _check_job_dir(path: Path) -> None:
    files = ResultFiles(path)
    ours = {file.name for file in (files.run, *files.replaced)}
    if path.exists() and (not path.is_dir() or {entry.name for entry in path.iterdir()} - ours):
        raise OutputError(f"{path} is a file, or a folder with other files. Choose another name for the job.")


@contextmanager
def draft_dir(folder: Path, job: BatchJob) -> Generator[Path, None, None]:
    """A hidden directory for a job's result; on success it becomes the job's folder, otherwise it is removed.

    Finished chunks of a long edit are kept in it, so that a later attempt resumes from them. Other files, which a
    killed process has left, are removed first.
    """
    path, draft = folder / job.name, folder / f".{job.name}.part"
    with output_errors(path):
        shutil.rmtree(draft.with_suffix(".old"), ignore_errors=True)
        _clean(draft)
        draft.mkdir(exist_ok=True)
    try:
        with renaming_errors(path, draft):
            yield draft
        with output_errors(path):
            move_into_place(draft, path)
    finally:
        _clean(draft)


def _clean(draft: Path) -> None:
    """Remove a draft except for finished chunks."""
    for path in draft.glob("*"):
        if path.is_file():
            path.unlink()
        elif path.name != CHUNK_DIR:
            shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):  # it does not exist, or has chunks
        draft.rmdir()
