"""Jobs of a batch spread over a Ray cluster that is running already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from motionfollower.cli.batch.attempt import attempt, attempt_spread
from motionfollower.cli.batch.jobs import BatchJob
from motionfollower.cli.batch.report import Outcome
from motionfollower.cli.batch.run import Work
from motionfollower.core.errors import InputError
from motionfollower.core.events import Progress, StageStarted
from motionfollower.pipeline.ray_cluster import NEW_WORKERS, RayCluster, check_address, connect
from preprocess.progress import run_to_end

STAGE = "jobs"


def run_on_ray(address: str) -> Callable[[Sequence[BatchJob], Path], Work]:
    """Does jobs on the cluster at an address; see `joined`. InputError where Ray isn't installed, or nothing answers.

    Where the jobs are too few for all workers, the long ones come last, each spread by its parts.
    """
    check_address(address)

    def do(jobs: Sequence[BatchJob], folder: Path) -> Work:
        with connect(address) as cluster:
            long = [job for job in jobs if len(jobs) < cluster.workers and _has_parts(job)]
            yield from _spread(cluster, [job for job in jobs if job not in long], folder.absolute())
            for job in long:
                yield StageStarted("job", note=job.name)
                yield (yield from attempt_spread(job, folder, cluster))

    return do


def _has_parts(job: BatchJob) -> bool:
    """Whether a job can be spread; one whose clips can't be read can't, as its attempt will tell."""
    try:
        return job.order.has_parts()
    except InputError:
        return False


def _spread(cluster: RayCluster, jobs: Sequence[BatchJob], folder: Path) -> Work:
    """Have each job done as a whole by a worker."""
    yield StageStarted(STAGE, len(jobs), note=f"on the Ray cluster at {cluster.address}")
    with closing(cluster.spread(do_in_worker, folder, jobs)) as work:
        for done, (place, outcome) in enumerate(work, 1):
            if isinstance(outcome, Exception):
                outcome = Outcome.failed(jobs[place], NEW_WORKERS + 1, 0.0, str(outcome))
            yield outcome
            yield Progress(STAGE, done, len(jobs))


def do_in_worker(folder: Path, job: BatchJob) -> Outcome:
    """Do a job in a worker's process."""
    return run_to_end(attempt(job, folder))
