"""What became of the jobs: a table for people, batch.json for programs."""

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
    """What became of the job of a `line`: it is done now, was done `before`, or failed for a `reason`.

    `tries` is how often it was begun, `seconds` what that took; `traceback` says where a defect of ours is.
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
        """The outcome of a job that was tried in vain."""
        return cls(job.line, job.name, "failed", tries, seconds, reason, traceback)


@dataclass(frozen=True)
class Report:
    """The outcomes so far, in the order of the lines, of so many jobs."""

    jobs: int
    outcomes: tuple[Outcome, ...]
    format: Literal[1] = 1

    @property
    def failures(self) -> int:
        """How many jobs failed."""
        return self._count("failed")

    def text(self) -> str:
        """A table: a line for each job, and how many came out how."""
        width = max(len(outcome.name) for outcome in self.outcomes)
        rows = [
            f"  {outcome.name:{width}}  {outcome.state:7}{outcome.seconds:8.1f} s  {outcome.reason or ''}".rstrip()
            for outcome in self.outcomes
        ]
        counts = f"{self._count('done')} done, {self._count('before')} done before, {self.failures} failed"
        return "\n".join([*rows, f"{self.jobs} jobs: {counts}"])

    def write(self, folder: Path) -> None:
        """Write batch.json to a folder, whole or not at all; OutputError where it can't be written."""
        path = folder / NAME
        with atomic_path(path) as draft, output_errors(path):
            draft.write_bytes(TypeAdapter(Report).dump_json(self, indent=2) + b"\n")

    def _count(self, state: State) -> int:
        return Counter(outcome.state for outcome in self.outcomes)[state]
