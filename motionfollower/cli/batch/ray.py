"""Run the jobs of a batch on a Ray cluster that is already up."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from motionfollower.cli.batch.attempt import attempt, attempt_on_cluster
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import Outcome
from motionfollower.core.errors import InputError
from motionfollower.core.events import Report, StageStarted, begin_stage
from motionfollower.pipeline.ray_cluster import MAX_RETRIES, RayCluster, connect

STAGE = "jobs"


def run_on_ray(address: str, jobs: Sequence[BatchJob], folder: Path, report: Report) -> Generator[Outcome, None, None]:
    """Run the jobs on the cluster at an address, each in one worker.

    Where there are fewer jobs than workers, those with several chunks come last, and their chunks are distributed.
    InputError where Ray isn't installed or the cluster can't be reached.
    """
    with connect(address) as cluster:
        chunked = [job for job in jobs if len(jobs) < cluster.workers and _has_chunks(job)]
        yield from _run_whole(cluster, [job for job in jobs if job not in chunked], folder.absolute(), report)
        for job in chunked:
            report(StageStarted("job", note=job.name))
            yield attempt_on_cluster(job, folder, cluster, report)


def _has_chunks(job: BatchJob) -> bool:
    """Whether a job has several chunks; one with an unreadable clip has none, and its attempt reports the error."""
    try:
        return job.command.has_chunks()
    except InputError:
        return False


def _run_whole(
    cluster: RayCluster, jobs: Sequence[BatchJob], folder: Path, report: Report
) -> Generator[Outcome, None, None]:
    """Run each job as one task."""
    on_progress = begin_stage(report, STAGE, len(jobs), note=f"on the Ray cluster at {cluster.address}")
    with closing(cluster.spread(attempt_in_worker, folder, jobs)) as results:
        for done, (index, outcome) in enumerate(results, 1):
            if isinstance(outcome, Exception):
                outcome = Outcome.failed(jobs[index], MAX_RETRIES + 1, 0.0, str(outcome))
            yield outcome
            on_progress(done)


def attempt_in_worker(folder: Path, job: BatchJob) -> Outcome:
    """The task of a worker process: run one job."""
    return attempt(job, folder)
