"""Who does the work of a long edit: this process, one thing after the other, or whoever else can."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, TypeVar

from motionfollower.core.config import BackendName, Environment, SamplerSettings
from motionfollower.core.events import Event, Progress, StageStarted
from motionfollower.core.ray_cluster import RayCluster
from motionfollower.pipeline.backends import Backend, environment_of, loaded_backend
from motionfollower.pipeline.chunks.chunk import ChunkEditor, ChunkResult
from motionfollower.pipeline.chunks.detection import Detections, PersonDetector
from preprocess.progress import run_to_end


class Executor(Protocol):
    """Those who look at the clips and edit the parts, all on one kind of backend.

    What is on disk already isn't done again; what is done is there whole whenever they are stopped.
    """

    @property
    def backend(self) -> BackendName:
        """The backend that they work on."""

    def surroundings(self) -> Environment:
        """What the numbers depend on where they work."""

    def survey(
        self, source: PersonDetector, target: PersonDetector
    ) -> Generator[Event, None, tuple[Detections, Detections]]:
        """Look at both clips."""

    def make(self, work: ChunkEditor, sampler: SamplerSettings) -> Generator[Event, None, list[ChunkResult]]:
        """Edit those parts that aren't made yet; all pieces, in the order of the parts."""


@dataclass(frozen=True)
class LocalExecutor:
    """This process, on a backend that is `loaded`."""

    loaded: Backend

    @property
    def backend(self) -> BackendName:
        """The backend's name."""
        return self.loaded.name

    def surroundings(self) -> Environment:
        """Those of this process."""
        return environment_of(self.loaded)

    def survey(
        self, source: PersonDetector, target: PersonDetector
    ) -> Generator[Event, None, tuple[Detections, Detections]]:
        """Look at one clip, then at the other."""
        seen = yield from source.survey(self.loaded.preprocessors)
        return seen, (yield from target.survey(self.loaded.preprocessors))

    def make(self, work: ChunkEditor, sampler: SamplerSettings) -> Generator[Event, None, list[ChunkResult]]:
        """Edit part after part. Where memory made one part's window smaller, the later ones have it too."""
        made: list[ChunkResult] = []
        for number, part in enumerate(work.parts):
            piece = work.pieces.read(number)
            if piece is None:
                frames = f"frames {part.start} to {part.stop - 1} of {work.pair.frames}"
                yield StageStarted("part", note=f"{number + 1} of {len(work.parts)}: {frames}")
                piece = yield from work.make(number, sampler, self.loaded)
            sampler = piece.settings
            made.append(piece)
        return made


Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")
LARGEST = (None,)  # where to look for the person: anywhere, for the largest


@dataclass(frozen=True)
class RayExecutor:
    """The workers of a cluster. Each loads the backend once, and plans its own memory."""

    cluster: RayCluster
    backend: BackendName

    def surroundings(self) -> Environment:
        """Those of one of the workers."""
        return run_to_end(self._spread("worker", environment_in_worker, None, [self.backend]))[0]

    def survey(
        self, source: PersonDetector, target: PersonDetector
    ) -> Generator[Event, None, tuple[Detections, Detections]]:
        """Make all looks that need no other one at once; then go through each clip for those that do."""
        both = (source, target)
        looks = [(clip, index) for clip in range(len(both)) for index in both[clip].unaided()]
        yield from self._spread("looks", detect_chunk_in_worker, (self.backend, both), looks)
        seen = yield from self._spread("people", detect_in_worker, self.backend, both)
        return seen[0], seen[1]

    def make(self, work: ChunkEditor, sampler: SamplerSettings) -> Generator[Event, None, list[ChunkResult]]:
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


def environment_in_worker(_: None, backend: BackendName) -> Environment:
    """What the numbers of a worker's process depend on."""
    return environment_of(loaded_backend(backend))


def detect_chunk_in_worker(shared: tuple[BackendName, Sequence[PersonDetector]], task: tuple[int, int]) -> None:
    """Make one look at one of the clips in a worker's process, for the file that keeps it."""
    (backend, surveyors), (clip, index) = shared, task
    run_to_end(surveyors[clip].look(index, LARGEST, loaded_backend(backend).preprocessors))


def detect_in_worker(backend: BackendName, surveyor: PersonDetector) -> Detections:
    """Go through one of the clips in a worker's process."""
    return run_to_end(surveyor.survey(loaded_backend(backend).preprocessors))


def edit_in_worker(shared: tuple[BackendName, ChunkEditor, SamplerSettings], number: int) -> ChunkResult:
    """Edit a part in a worker's process, unless one that died had just finished it."""
    backend, work, sampler = shared
    return work.pieces.read(number) or run_to_end(work.make(number, sampler, loaded_backend(backend)))
