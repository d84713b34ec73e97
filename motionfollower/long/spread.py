"""A long edit done by the workers of a cluster, which see the same files as this process.

Parts don't depend on each other, as the motion is aligned for the whole clip before. Nor do looks where the person is
alone; where there are others, each look starts from the one beside it, and a single worker goes through the clip.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from motionfollower.backends import BackendName, loaded_backend
from motionfollower.cluster import Cluster
from motionfollower.long.pieces import Piece
from motionfollower.long.survey import Survey, Surveyor
from motionfollower.long.work import PartWork
from motionfollower.metadata import Surroundings
from motionfollower.record import surroundings_of
from motionfollower.settings import SamplerSettings
from motionfollower.types import Event, Progress, StageStarted
from preprocess.finish import finish

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")
LARGEST = (None,)  # where to look for the person: anywhere, for the largest


@dataclass(frozen=True)
class ClusterCrew:
    """The workers of a cluster. Each loads the backend once, and plans its own memory."""

    cluster: Cluster
    backend: BackendName

    def surroundings(self) -> Surroundings:
        """Those of one of the workers."""
        return finish(self._spread("worker", surroundings_in_worker, None, [self.backend]))[0]

    def survey(self, source: Surveyor, target: Surveyor) -> Generator[Event, None, tuple[Survey, Survey]]:
        """Make all looks that need no other one at once; then go through each clip for those that do."""
        both = (source, target)
        looks = [(clip, index) for clip in range(len(both)) for index in both[clip].unaided()]
        yield from self._spread("looks", look_in_worker, (self.backend, both), looks)
        seen = yield from self._spread("people", survey_in_worker, self.backend, both)
        return seen[0], seen[1]

    def make(self, work: PartWork, sampler: SamplerSettings) -> Generator[Event, None, list[Piece]]:
        """Edit as many parts at a time as there are workers."""
        kept = work.kept()
        missing = [number for number in range(len(work.parts)) if number not in kept]
        made = yield from self._spread("parts", edit_in_worker, (self.backend, work, sampler), missing)
        pieces = kept | dict(zip(missing, made, strict=True))
        return [pieces[number] for number in range(len(work.parts))]

    def _spread(
        self, stage: str, do: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Generator[Event, None, list[Result]]:
        """A stage of tasks; their results in the order of the tasks. The first error ends it, and is raised."""
        yield StageStarted(stage, len(tasks))
        results: dict[int, Result] = {}
        with closing(self.cluster.spread(do, shared, tasks)) as work:
            for place, result in work:
                if isinstance(result, Exception):
                    raise result
                results[place] = result
                yield Progress(stage, len(results), len(tasks))
        return [results[place] for place in range(len(tasks))]


def surroundings_in_worker(_: None, backend: BackendName) -> Surroundings:
    """What the numbers of a worker's process depend on."""
    return surroundings_of(loaded_backend(backend))


def look_in_worker(shared: tuple[BackendName, Sequence[Surveyor]], task: tuple[int, int]) -> None:
    """Make one look at one of the clips in a worker's process, for the file that keeps it."""
    (backend, surveyors), (clip, index) = shared, task
    finish(surveyors[clip].look(index, LARGEST, loaded_backend(backend).preprocessors))


def survey_in_worker(backend: BackendName, surveyor: Surveyor) -> Survey:
    """Go through one of the clips in a worker's process."""
    return finish(surveyor.survey(loaded_backend(backend).preprocessors))


def edit_in_worker(shared: tuple[BackendName, PartWork, SamplerSettings], number: int) -> Piece:
    """Edit a part in a worker's process, unless one that died had just finished it."""
    backend, work, sampler = shared
    return work.pieces.read(number) or finish(work.make(number, sampler, loaded_backend(backend)))
