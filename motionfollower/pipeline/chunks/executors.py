"""Where the work of an edit runs: in this process, or on the workers of a Ray cluster that sees the same files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from motionfollower.core.config import BackendName, EditConfig, PrepareSettings, RunEnvironment
from motionfollower.core.errors import InputError
from motionfollower.core.events import Progress, Report, Stage, StageStarted, begin_stage, ignore_events
from motionfollower.core.types import EditInputs
from motionfollower.pipeline.backends import (
    Backend,
    BackendInfo,
    backend_info,
    cached_backend,
    environment_of,
    load_bone_lengths,
)
from motionfollower.pipeline.chunks.chunk import ChunkResult, ChunkStore, DiskStore, edit_chunk
from motionfollower.pipeline.chunks.chunked_clip import ChunkedClip
from motionfollower.pipeline.chunks.detection import LARGEST, Detections, PersonDetector
from motionfollower.pipeline.metrics import ChunkMetrics, measure_chunk, read_result
from motionfollower.pipeline.prepare import prepare
from motionfollower.pipeline.ray_cluster import RayCluster
from preprocess.align.bone_lengths import BoneLengthEstimator
from preprocess.video.probe import Media

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


class Executor(Protocol):
    """Detects people, edits chunks and measures results, all on one backend.

    What is on disk already is not computed again; whatever was computed when an executor is stopped is complete.
    """

    @property
    def info(self) -> BackendInfo:
        """The description of the backend."""

    @property
    def bone_lengths(self) -> BoneLengthEstimator:
        """The backend's bone length estimator."""

    @property
    def environment(self) -> RunEnvironment:
        """What the results depend on where the work runs."""

    def prepare(self, source: Media, target: Media, settings: PrepareSettings, report: Report) -> EditInputs:
        """Prepare two clips that are edited in one chunk."""

    def detect(self, source: PersonDetector, target: PersonDetector, report: Report) -> tuple[Detections, Detections]:
        """Detect the person in both clips."""

    def edit(self, clip: ChunkedClip, store: ChunkStore, config: EditConfig, report: Report) -> list[ChunkResult]:
        """Edit the chunks that are still to do; the results of all, in order."""

    def measure(self, clip: ChunkedClip, frames: Path, config: EditConfig, report: Report) -> list[ChunkMetrics]:
        """Measure each chunk of the finished frames in a folder."""


@dataclass(frozen=True)
class LocalExecutor:
    """Works in this process."""

    backend: Backend

    @property
    def info(self) -> BackendInfo:
        """The description of the backend."""
        return self.backend.info

    @property
    def bone_lengths(self) -> BoneLengthEstimator:
        """The backend's bone length estimator."""
        return self.backend.preprocessors.bone_lengths

    @cached_property
    def environment(self) -> RunEnvironment:
        """What the results depend on in this process."""
        return environment_of(self.backend)

    def prepare(self, source: Media, target: Media, settings: PrepareSettings, report: Report) -> EditInputs:
        """Prepare two clips that are edited in one chunk."""
        return prepare(source, target, settings, self.backend.preprocessors, report).inputs

    def detect(self, source: PersonDetector, target: PersonDetector, report: Report) -> tuple[Detections, Detections]:
        """Detect the person in one clip, then in the other."""
        preprocessors = self.backend.preprocessors
        return source.detect(preprocessors, report), target.detect(preprocessors, report)

    def edit(self, clip: ChunkedClip, store: ChunkStore, config: EditConfig, report: Report) -> list[ChunkResult]:
        """Edit one chunk after the other. A window that was reduced to fit into memory stays so for later chunks."""
        results: list[ChunkResult] = []
        sampler = config.sampler
        for number, frames in enumerate(clip.chunks):
            result = store.result(number)
            if result is None:
                if len(clip.chunks) > 1:
                    note = f"{number + 1} of {len(clip.chunks)}: frames {frames.start} to {frames.stop - 1}"
                    report(StageStarted(Stage.CHUNK, note=note))
                result, layer = edit_chunk(clip, number, sampler, self.backend, report, lock=config.lock)
                store.write(number, result, layer)
            sampler = result.settings
            results.append(result)
        return results

    def measure(self, clip: ChunkedClip, frames: Path, config: EditConfig, report: Report) -> list[ChunkMetrics]:
        """Measure one chunk after the other."""
        return [_measure(clip, number, frames, config, self.backend, report) for number in range(len(clip.chunks))]


def _measure(
    clip: ChunkedClip, number: int, frames: Path, config: EditConfig, backend: Backend, report: Report
) -> ChunkMetrics:
    chunk = clip.chunks[number]
    return measure_chunk(
        read_result(frames, chunk, clip.fps, clip.size, clip.origin),
        clip.aligned_poses.part(chunk),
        backend.preprocessors.poses,
        is_selected=config.prepare.source_person is not None,
        on_progress=begin_stage(report, Stage.MEASURE, len(chunk)),
    )


@dataclass(frozen=True)
class RayExecutor:
    """Works on a cluster, on the backend of a `name`. Each worker loads it once, and plans its own memory.

    Chunks do not depend on each other, as the motion of the whole clip is aligned before. Neither do the spans in
    which people are detected, unless there are several: then each starts from its neighbour, on a single worker.
    """

    cluster: RayCluster
    name: BackendName

    @property
    def info(self) -> BackendInfo:
        """The description of the backend."""
        return backend_info(self.name)

    @cached_property
    def bone_lengths(self) -> BoneLengthEstimator:
        """The backend's bone length estimator, loaded in this process."""
        return load_bone_lengths()

    @cached_property
    def environment(self) -> RunEnvironment:
        """What the results depend on in a worker; all are expected to be alike."""
        return self._spread("worker", _environment_in_worker, None, [self.name], ignore_events)[0]

    def prepare(self, source: Media, target: Media, settings: PrepareSettings, report: Report) -> EditInputs:
        """InputError: a single chunk cannot be spread."""
        raise InputError("An edit with a single chunk cannot be spread over a cluster. Run it on one machine.")

    def detect(self, source: PersonDetector, target: PersonDetector, report: Report) -> tuple[Detections, Detections]:
        """Detect in all independent spans at once; then complete each clip."""
        both = (source, target)
        spans = [(clip, index) for clip in range(len(both)) for index in both[clip].independent_spans()]
        self._spread("detect spans", _detect_span_in_worker, (self.name, both), spans, report)
        detections = self._spread("detect people", _detect_in_worker, self.name, both, report)
        return detections[0], detections[1]

    def edit(self, clip: ChunkedClip, store: ChunkStore, config: EditConfig, report: Report) -> list[ChunkResult]:
        """Edit as many chunks at a time as there are workers."""
        assert isinstance(store, DiskStore), "workers share chunks through the disk"
        done = {number: store.result(number) for number in range(len(clip.chunks))}
        missing = [number for number, result in done.items() if result is None]
        shared = self.name, clip, store, config
        edited = dict(zip(missing, self._spread("chunks", _edit_in_worker, shared, missing, report), strict=True))
        return [done[number] or edited[number] for number in range(len(clip.chunks))]

    def measure(self, clip: ChunkedClip, frames: Path, config: EditConfig, report: Report) -> list[ChunkMetrics]:
        """Measure as many chunks at a time as there are workers."""
        shared = self.name, clip, frames, config
        return self._spread(Stage.MEASURE, _measure_in_worker, shared, range(len(clip.chunks)), report)

    def _spread(
        self, stage: str, do: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task], report: Report
    ) -> list[Result]:
        """A stage of tasks; their results in the order of the tasks. The first error ends it and is raised."""
        report(StageStarted(stage, len(tasks)))
        results: dict[int, Result] = {}
        with closing(self.cluster.spread(do, shared, tasks)) as finished:
            for index, result in finished:
                if isinstance(result, Exception):
                    raise result
                results[index] = result
                report(Progress(stage, len(results), len(tasks)))
        return [results[index] for index in range(len(tasks))]


def _environment_in_worker(_: None, backend: BackendName) -> RunEnvironment:
    return environment_of(cached_backend(backend))


def _detect_span_in_worker(shared: tuple[BackendName, Sequence[PersonDetector]], task: tuple[int, int]) -> None:
    """Detect the largest person in a span of one of the clips; the detections go to disk."""
    (backend, detectors), (clip, index) = shared, task
    detectors[clip].detect_span(index, LARGEST, cached_backend(backend).preprocessors, ignore_events)


def _detect_in_worker(backend: BackendName, detector: PersonDetector) -> Detections:
    return detector.detect(cached_backend(backend).preprocessors, ignore_events)


def _edit_in_worker(shared: tuple[BackendName, ChunkedClip, DiskStore, EditConfig], number: int) -> ChunkResult:
    """Edit a chunk, unless a worker that died had just finished it."""
    backend, clip, store, config = shared
    if done := store.result(number):
        return done
    result, layer = edit_chunk(clip, number, config.sampler, cached_backend(backend), ignore_events, lock=config.lock)
    store.write(number, result, layer)
    return result


def _measure_in_worker(shared: tuple[BackendName, ChunkedClip, Path, EditConfig], number: int) -> ChunkMetrics:
    backend, clip, frames, config = shared
    return _measure(clip, number, frames, config, cached_backend(backend), ignore_events)
