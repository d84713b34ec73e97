"""A whole batch: what is done already is passed over, the rest is done, and the report is kept up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from motionfollower.batch.attempt import attempt
from motionfollower.batch.done import is_done
from motionfollower.batch.folder import occupied
from motionfollower.batch.jobs import BatchJob
from motionfollower.batch.report import Outcome, Report
from motionfollower.types import Event, StageStarted

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
