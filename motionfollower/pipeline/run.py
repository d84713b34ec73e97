"""The recipe of an edit, from files to files: what the command line, the app and the Python API run.

open (read → detect → align) → camera mode → edit → composite → audio → measure → record → publish
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.config import BackendName, EditConfig, PrepareSettings
from motionfollower.core.events import Report, Stage, StageStarted, Stopwatch, begin_stage, ignore_events
from motionfollower.core.messages import messages
from motionfollower.core.types import EditInputs, EditMetrics, Prepared
from motionfollower.io.bundle import bundle_files, check_bundle_file, opened_case, write_bundle
from motionfollower.io.case import CASE_FOLDERS, check_case_dir, write_case
from motionfollower.io.compositing import at_file_size
from motionfollower.io.redo import stitch
from motionfollower.io.result import (
    ResultFiles,
    check_result_dir,
    choose_audio,
    draft_result,
    publish,
    write_edited_video,
    write_frames_and_comparison,
)
from motionfollower.io.run_record import RunMetadata, clip_records, environment_changes, redo_record
from motionfollower.pipeline.backends import Backend, Preprocessors
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.pipeline.chunks.chunk import ChunkResult, ChunkStore
from motionfollower.pipeline.chunks.chunked_clip import ChunkedClip
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking, blend_chunks
from motionfollower.pipeline.chunks.executors import Executor, LocalExecutor, RayExecutor
from motionfollower.pipeline.chunks.opening import CHUNK_DIR, ClipOpener
from motionfollower.pipeline.metrics import BackgroundKept, combine_losses, combine_metrics
from motionfollower.pipeline.prepare import prepare
from motionfollower.pipeline.ray_cluster import RayCluster
from preprocess.pose.render import iterate_pose_images
from preprocess.types import Frame, Sound
from preprocess.video.atomic import check_not_overwritten
from preprocess.video.probe import probe
from preprocess.warnings import ClipWarning


def run_prepare(
    source: Path,
    target: Path,
    settings: PrepareSettings,
    preprocessors: Preprocessors,
    folder: Path,
    report: Report = ignore_events,
) -> Prepared:
    """Prepare two clips and write them to `folder` in the released example layout, atomically."""
    check_case_dir(folder)
    check_not_overwritten((source, target), [folder])
    prepared = prepare(source, target, settings, preprocessors, report)
    write_case(folder, prepared, begin_stage(report, Stage.WRITE, CASE_FOLDERS))
    return prepared


def run_edit(
    config: EditConfig,
    backend: Backend,
    folder: Path,
    report: Report = ignore_events,
    *,
    prepared: EditInputs | None = None,
) -> RunMetadata:
    """Run an edit and write its result to `folder`, atomically; the record of the run, as in run.json.

    `prepared` are the inputs, where the config's clips were prepared before. Without them, long clips are edited in
    chunks, and an edit of the same clips that was stopped resumes.
    """
    return run(config, LocalExecutor(backend), folder, report, prepared=prepared)


def run_edit_on_ray(
    config: EditConfig, backend: BackendName, cluster: RayCluster, folder: Path, report: Report = ignore_events
) -> RunMetadata:
    """Run an edit that has several chunks, spread over a cluster whose workers see the same files."""
    report(StageStarted("cluster", note=f"on the Ray cluster at {cluster.address}"))
    return run(config.absolute(), RayExecutor(cluster, backend), folder.absolute(), report)


def run_bundle(
    config: EditConfig, backend: Backend, folder: Path, bundle: Path, report: Report = ignore_events
) -> RunMetadata:
    """Run an edit as `run_edit` does, and write the bundle of its prepared case and its result."""
    check_bundle_file(bundle, ResultFiles(folder), filter(None, (config.source, config.target)))
    with TemporaryDirectory() as scratch, _open_source(config) as source:
        if config.target is None:
            case, run = source, run_edit(config, backend, folder, report)
        else:
            case = Path(scratch) / "case"
            clips = config.source, config.target
            prepared = run_prepare(*clips, config.prepare, backend.preprocessors, case, report)
            run = run_edit(config, backend, folder, report, prepared=prepared.inputs)
        files = bundle_files(case, ResultFiles(folder))
        write_bundle(bundle, files, begin_stage(report, Stage.BUNDLE, len(files)))
    return run


def run(
    config: EditConfig,
    executor: Executor,
    folder: Path,
    report: Report = ignore_events,
    *,
    prepared: EditInputs | None = None,
    chunking: Chunking = DEFAULT_CHUNKING,
) -> RunMetadata:
    """Run an edit wherever an executor works; see `run_edit`."""
    check_result_dir(folder)
    check_not_overwritten(filter(None, (config.source, config.target)), ResultFiles(folder).replaced)
    with _open_source(config) as source:
        watch = Stopwatch(report)
        clip, store = ClipOpener(config, executor, folder, chunking, watch).open(source, prepared)
        return _edit_and_write(config, executor, clip, store, folder, watch)


def _edit_and_write(
    config: EditConfig, executor: Executor, clip: ChunkedClip, store: ChunkStore, folder: Path, watch: Stopwatch
) -> RunMetadata:
    """Edit a prepared clip, and write and measure the result."""
    config = replace(config, sampler=replace(config.sampler, camera=_uses_camera_mode(config, clip)))
    results = executor.edit(clip, store, config, watch)
    target = clip.target or (probe(config.target) if config.target else None)
    sound, silent = choose_audio(config.sound, clip.sound, target, clip.frames / clip.fps)
    with draft_result(folder, folder / CHUNK_DIR) as draft:  # what a killed process leaves is deleted with the chunks
        kept = _write_frames(draft, clip, store, config, sound, executor.info.name, watch)
        write_edited_video(draft, clip.fps, sound)
        measured = executor.measure(clip, draft.frames, config, watch)
        metrics = combine_metrics(kept, measured, [result.source_flicker for result in results])
        warnings = (*clip.warnings, *(warning for result in results for warning in result.warnings), *silent)
        record = _record(config, executor, clip, results, metrics, warnings, watch)
        publish(draft, folder, record)
    shutil.rmtree(folder / CHUNK_DIR, ignore_errors=True)
    return record


def _uses_camera_mode(config: EditConfig, clip: ChunkedClip) -> bool:
    if config.camera == "auto":
        return clip.camera_travel is not None and CameraModeProposal(clip.camera_travel).is_on
    return config.camera == "on"


def _write_frames(
    draft: ResultFiles,
    clip: ChunkedClip,
    store: ChunkStore,
    config: EditConfig,
    sound: Sound | None,
    label: str,
    report: Report,
) -> float:
    """Composite the edit over the source in one pass that writes it and compares it; the background kept."""
    kept, layer = BackgroundKept(), lru_cache(maxsize=2)(store.layer)

    def composite(chunk: int, frame: int, source: Frame) -> Frame:
        return layer(chunk).composite(source, frame - clip.chunks[chunk].start)

    pairs = blend_chunks(clip.chunks, clip.seams, clip.inputs.source_frames(), composite)
    if config.redo:
        pairs = stitch(config.redo, pairs, clip.frames)
    poses = (at_file_size(image, clip.origin) for image in iterate_pose_images(clip.aligned_poses))
    rows = ((source, pose, edited) for (source, edited), pose in zip(kept.watch(pairs), poses, strict=True))
    on_progress = begin_stage(report, Stage.WRITE, clip.frames)
    write_frames_and_comparison(draft, rows, clip.fps, sound, label, on_progress)
    return kept.fraction


def _record(
    config: EditConfig,
    executor: Executor,
    clip: ChunkedClip,
    results: list[ChunkResult],
    metrics: EditMetrics,
    warnings: tuple[ClipWarning, ...],
    watch: Stopwatch,
) -> RunMetadata:
    """The record of the run."""
    source, target = clip_records(config)
    changes = environment_changes(config.repeated.environment, executor.environment) if config.repeated else ()
    return RunMetadata(
        source=source,
        target=target,
        backend=executor.info.name,
        prepare=config.prepare,
        sampler=min((result.settings for result in results), key=lambda settings: settings.window),
        size=clip.size,
        fps=clip.fps,
        frames=clip.frames,
        surroundings=executor.environment,
        seconds=watch.seconds,
        losses=combine_losses([result.losses for result in results]),
        warnings=messages((*changes, *warnings)),
        lock=config.lock,
        sound=config.sound,
        redo=redo_record(config.redo),
        measures=metrics,
        camera_travel=clip.camera_travel,
    )


@contextmanager
def _open_source(config: EditConfig) -> Iterator[Path]:
    """The source's path; of a bundle, the folder that it is unpacked to."""
    if config.target is not None:
        yield config.source
        return
    with opened_case(config.source) as case:
        yield case
