"""A whole batch: what is done already is passed over, the rest is done, and the report is kept up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from motionfollower.cli.batch.attempt import attempt
from motionfollower.cli.batch.folder import occupied
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import Outcome, Report
from motionfollower.core.config import EditConfig
from motionfollower.core.errors import InputError
from motionfollower.core.events import Event, StageStarted
from motionfollower.io.case import READ
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import FileRecord, RunMetadata, load_run_record

Work = Generator[Event | Outcome, None, None]
"""Does jobs; yields what happens, and the outcome of each job when it is known, in any order."""


def run_batch(
    jobs: Sequence[BatchJob], folder: Path, do: Callable[[Sequence[BatchJob], Path], Work]
) -> Generator[Event, None, Report]:
    """Do those jobs of a batch that aren't done yet; the report, as it is in the folder's batch.json.

    The report is written after each job, so that it is there whenever the batch is stopped. OutputError where
    nothing can be written, or another batch is in the folder.
    """
    with occupied(folder, jobs):
        finished = [job for job in jobs if is_done(job, folder)]
        report = _with(Report(len(jobs), ()), *(Outcome(job.line, job.name, "before") for job in finished))
        report.write(folder)
        with closing(do([job for job in jobs if job not in finished], folder)) as work:
            for step in work:
                if isinstance(step, Outcome):
                    report = _with(report, step)
                    report.write(folder)
                else:
                    yield step
    return report


def _with(report: Report, *outcomes: Outcome) -> Report:
    return Report(report.jobs, tuple(sorted((*report.outcomes, *outcomes), key=lambda outcome: outcome.line)))


def one_by_one(jobs: Sequence[BatchJob], folder: Path) -> Work:
    """Do the jobs in this process, in their order."""
    for number, job in enumerate(jobs, 1):
        yield StageStarted(f"job {number} of {len(jobs)}", note=job.name)
        yield (yield from attempt(job, folder))


def is_done(job: BatchJob, folder: Path) -> bool:
    """Whether the job's result is there, whole, and of this very job and these clips."""
    files = ResultFiles(folder / job.name)
    try:
        run = load_run_record(files.run)
    except InputError:
        return False
    wanted = [files.edited, files.side_by_side, *filter(None, [job.order.bundle])]
    is_whole = all(file.is_file() for file in wanted) and len(files.pictures()) == run.frames
    return is_whole and run.backend == job.order.backend and _is_of(run, job.order.request)


def _is_of(run: RunMetadata, request: EditConfig) -> bool:
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
