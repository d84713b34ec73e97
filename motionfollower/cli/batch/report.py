"""The outcome of each job, as a table for the terminal and as batch.json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from motionfollower.cli.batch.jobs import BatchJob
from preprocess.video.atomic import atomic_path, output_errors

NAME = "batch.json"

State = Literal["done", "before", "failed"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of the job of a `line`: done, done `before` by an earlier batch, or failed for a `reason`.

    `tries` counts the attempts, which took `seconds`; `traceback` is that of an unexpected error.
    """

    line: int
    name: str
    state: State
    tries: int = 0
    seconds: float = 0.0
    reason: str | None = None
    traceback: str | None = None

    @classmethod
    def failed(cls, job: BatchJob, tries: int, seconds: float, reason: str, traceback: str | None = None) -> Outcome:
        """The outcome of a job whose attempts all failed."""
        return cls(job.line, job.name, "failed", tries, seconds, reason, traceback)


@dataclass(frozen=True)
class BatchReport:
    """The outcomes known so far, ordered by line, of a batch of `jobs` jobs."""

    jobs: int
    outcomes: tuple[Outcome, ...]
    format: Literal[1] = 1

    @property
    def failures(self) -> int:
        """The number of failed jobs."""
        return self._count("failed")

    def including(self, *outcomes: Outcome) -> BatchReport:
        """The report with more outcomes."""
        ordered = sorted((*self.outcomes, *outcomes), key=lambda outcome: outcome.line)
        return BatchReport(self.jobs, tuple(ordered))

    def text(self) -> str:
        """A table with a line for each job, and the number of jobs in each state."""
        width = max(len(outcome.name) for outcome in self.outcomes)
        rows = [
            f"  {outcome.name:{width}}  {outcome.state:7}{outcome.seconds:8.1f} s  {outcome.reason or ''}".rstrip()
            for outcome in self.outcomes
        ]
        counts = f"{self._count('done')} done, {self._count('before')} done before, {self.failures} failed"
        return "\n".join([*rows, f"{self.jobs} jobs: {counts}"])

    def write(self, folder: Path) -> None:
        """Write batch.json to a folder, atomically; OutputError where that fails."""
        path = folder / NAME
        with atomic_path(path) as draft, output_errors(path):
            draft.write_bytes(TypeAdapter(BatchReport).dump_json(self, indent=2) + b"\n")

    def _count(self, state: State) -> int:
        return Counter(outcome.state for outcome in self.outcomes)[state]
