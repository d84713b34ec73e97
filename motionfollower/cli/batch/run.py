"""Run a batch: skip the jobs that are done, run the others, and keep batch.json up to date."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from motionfollower.cli.batch.attempt import attempt
from motionfollower.cli.batch.folder import locked
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import BatchReport, Outcome
from motionfollower.core.config import EditConfig
from motionfollower.core.errors import InputError
from motionfollower.core.events import Report, StageStarted, ignore_events
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata, clip_records, load_run_record

RunJobs = Callable[[Sequence[BatchJob], Path, Report], Generator[Outcome, None, None]]
"""Runs jobs and yields the outcome of each as soon as it is known, in any order."""


def run_batch(jobs: Sequence[BatchJob], folder: Path, run_jobs: RunJobs, report: Report = ignore_events) -> BatchReport:
    """Run those jobs of a batch that are not done yet.

    batch.json in the folder is rewritten after each job, so that it is current whenever the batch is stopped.
    OutputError where it can't be written, or another batch uses the folder.
    """
    with locked(folder, jobs):
        finished = [job for job in jobs if is_done(job, folder)]
        batch = BatchReport(len(jobs), ()).including(*(Outcome(job.line, job.name, "before") for job in finished))
        batch.write(folder)
        with closing(run_jobs([job for job in jobs if job not in finished], folder, report)) as outcomes:
            for outcome in outcomes:
                batch = batch.including(outcome)
                batch.write(folder)
    return batch


def run_here(jobs: Sequence[BatchJob], folder: Path, report: Report) -> Generator[Outcome, None, None]:
    """Run the jobs in this process, in their order."""
    for number, job in enumerate(jobs, 1):
        report(StageStarted(f"job {number} of {len(jobs)}", note=job.name))
        yield attempt(job, folder, report)


def is_done(job: BatchJob, folder: Path) -> bool:
    """Whether the folder has a complete result of this job: the same config, and clips with the same contents."""
    files = ResultFiles(folder / job.name)
    try:
        run = load_run_record(files.run)
    except InputError:
        return False
    required = [files.edited, files.side_by_side, *filter(None, [job.command.bundle])]
    is_complete = all(file.is_file() for file in required) and len(files.images()) == run.frames
    return is_complete and run.backend == job.command.backend and _matches(run, job.command.config)


def _matches(run: RunMetadata, config: EditConfig) -> bool:
    """Whether a run has used this config; a window reduced to fit into memory, and any mode for `auto`, match too."""
    used = run.sampler
    asked = replace(config.sampler, camera=used.camera if config.camera == "auto" else config.camera == "on")
    if used.window <= asked.window:
        asked = replace(asked, window=used.window, overlap=used.overlap)
    return (
        (run.prepare, run.lock, run.sound, used) == (config.prepare, config.lock, config.sound, asked)
        and _redo_range(run) == (config.redo and (config.redo.first, config.redo.last))
        and (run.source, run.target) == clip_records(config)
    )


def _redo_range(run: RunMetadata) -> tuple[int, int] | None:
    return (run.redo.first, run.redo.last) if run.redo else None
