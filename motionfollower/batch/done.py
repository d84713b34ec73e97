"""Which jobs are done already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from motionfollower.batch.jobs import BatchJob
from motionfollower.case import READ
from motionfollower.errors import InputError
from motionfollower.metadata import FileRecord, RunMetadata, load_run
from motionfollower.request import EditRequest
from motionfollower.results import ResultFiles


def is_done(job: BatchJob, folder: Path) -> bool:
    """Whether the job's result is there, whole, and of this very job and these clips."""
    files = ResultFiles(folder / job.name)
    try:
        run = load_run(files.run)
    except InputError:
        return False
    wanted = [files.edited, files.side_by_side, *filter(None, [job.order.bundle])]
    is_whole = all(file.is_file() for file in wanted) and len(files.pictures()) == run.frames
    return is_whole and run.backend == job.order.backend and _is_of(run, job.order.request)


def _is_of(run: RunMetadata, request: EditRequest) -> bool:
    """Whether a run did what is asked for; memory may have made its window smaller, `auto` chosen the camera mode."""
    used = run.sampler
    asked = replace(request.sampler, camera=used.camera if request.camera == "auto" else request.camera == "on")
    if used.window <= asked.window:
        asked = replace(asked, window=used.window, overlap=used.overlap)
    return (
        (run.prepare, run.lock, run.sound, used) == (request.prepare, request.lock, request.sound, asked)
        and _redone(run) == (request.redo and (request.redo.first, request.redo.last))
        and run.source == FileRecord.of(request.source, () if request.target else READ)
        and run.target == (FileRecord.of(request.target) if request.target else None)
    )


def _redone(run: RunMetadata) -> tuple[int, int] | None:
    return (run.redo.first, run.redo.last) if run.redo else None
