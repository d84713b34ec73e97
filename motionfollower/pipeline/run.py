"""The recipe of an edit, from files to files: what the command line and the app run.

read → detect → align → camera mode → edit → composite → audio → measure → record → publish
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.config import BackendName, EditConfig, PrepareSettings, RunEnvironment
from motionfollower.core.events import Report, Stage, StageStarted, Stopwatch, begin_stage, ignore_events
from motionfollower.core.hashing import sha256_of
from motionfollower.core.messages import messages
from motionfollower.core.types import EditInputs, EditMetrics, Prepared
from motionfollower.io.bundle import bundle_files, check_bundle_file, opened_case, write_bundle
from motionfollower.io.case import CASE_FOLDERS, check_case_dir, read_case, write_case
from motionfollower.io.compositing import at_file_size
from motionfollower.io.redo import check_redo, frames_to_sample, stitch
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
from motionfollower.pipeline.chunks.chunk import ChunkResult, ChunkStore, DiskStore, MemoryStore
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking, blend_chunks
from motionfollower.pipeline.chunks.clips import EditClip
from motionfollower.pipeline.chunks.detection import PersonDetector
from motionfollower.pipeline.chunks.executors import Executor, LocalExecutor, RayExecutor
from motionfollower.pipeline.metrics import BackgroundKept, combine_losses, combine_metrics
from motionfollower.pipeline.prepare import align_detections, prepare
from motionfollower.pipeline.ray_cluster import RayCluster
from motionfollower.pipeline.reading import ClipPair, promised_frames
from preprocess.background.camera_travel import camera_travel
from preprocess.pose.render import iterate_pose_images
from preprocess.types import Frame, Sound
from preprocess.video.atomic import check_not_overwritten, output_errors
from preprocess.video.probe import Media, probe
from preprocess.warnings import ClipWarning

CHUNK_DIR = ".chunks"
"""The finished chunks of a long edit are kept in this folder beside its result until the result is complete."""


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


def has_chunks(config: EditConfig, chunking: Chunking = DEFAULT_CHUNKING) -> bool:
    """Whether an edit of two clips has several chunks. InputError where a clip cannot be read."""
    return config.target is not None and _is_chunked(config, probe(config.source), probe(config.target), chunking)


def _is_chunked(config: EditConfig, source: Media, target: Media, chunking: Chunking) -> bool:
    return config.redo is None and promised_frames(source, target, config.prepare) > chunking.longest


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
        clip, store = _open_clip(config, source, executor, folder, watch, prepared, chunking)
        return _run(config, executor, clip, store, folder, watch)


def _run(
    config: EditConfig, executor: Executor, clip: EditClip, store: ChunkStore, folder: Path, watch: Stopwatch
) -> RunMetadata:
    """Edit a clip that has been prepared, and write the result."""
    sampler = replace(config.sampler, camera=_uses_camera_mode(config, clip))
    results = executor.edit(clip, store, sampler, config, watch)
    target = clip.target or (probe(config.target) if config.target else None)
    sound, silent = choose_audio(config.sound, clip.sound, target, clip.frames / clip.fps)
    with draft_result(folder, folder / CHUNK_DIR) as draft:  # what a killed process leaves is deleted with the chunks
        kept = _write_frames(draft, clip, store, config, sound, executor.backend.name, watch)
        write_edited_video(draft, clip.fps, sound)
        measured = executor.measure(clip, draft.frames, config, watch)
        metrics = combine_metrics(kept, measured, [result.source_flicker for result in results])
        warnings = (*clip.warnings, *(warning for result in results for warning in result.warnings), *silent)
        record = _record(config, executor, clip, results, metrics, warnings, watch)
        publish(draft, folder, record)
    shutil.rmtree(folder / CHUNK_DIR, ignore_errors=True)
    return record


def _open_clip(
    config: EditConfig,
    source: Path,
    executor: Executor,
    folder: Path,
    report: Report,
    prepared: EditInputs | None,
    chunking: Chunking,
) -> tuple[EditClip, ChunkStore]:
    """The clip with all that is known before the edit, and where its chunks are kept."""
    if prepared is not None:
        return _whole_clip(config, prepared, folder), MemoryStore()
    if config.target is None:
        report(StageStarted(Stage.READ))
        return _whole_clip(config, read_case(source, config.prepare.frames), folder), MemoryStore()
    media = probe(source), probe(config.target)
    if not _is_chunked(config, *media, chunking):
        return _whole_clip(config, executor.prepare(*media, config.prepare, report), folder), MemoryStore()
    work = _open_chunk_dir(folder, _key(config, executor.environment, chunking))
    clip = _detect_clip(config, *media, executor, work, report, chunking)
    return clip, DiskStore(work, clip.origin)


def _whole_clip(config: EditConfig, inputs: EditInputs, folder: Path) -> EditClip:
    """A clip in one chunk; with a redo, only its frames are sampled."""
    measures = config.camera == "auto"
    travel = camera_travel(inputs.source, inputs.source_masks) if measures else config.known_travel
    clip = EditClip.whole(inputs, travel)
    if config.redo is None:
        return clip
    check_redo(config.redo, clip.frames, clip.size, folder)
    return replace(clip, only=frames_to_sample(config.redo, clip.frames))


def _detect_clip(
    config: EditConfig,
    source: Media,
    target: Media,
    executor: Executor,
    work: Path,
    report: Report,
    chunking: Chunking,
) -> EditClip:
    """A long clip: its people detected span by span, its motion aligned as a whole."""
    report(StageStarted(Stage.READ, note="a long clip: it is edited in chunks, and resumes if it is stopped"))
    pair = ClipPair.of(source, target, config)
    of_source = PersonDetector.of(config, pair, "source", work, chunking)
    of_target = PersonDetector.of(config, pair, "target", work, chunking)
    people = executor.detect(of_source, of_target, report)
    report(StageStarted(Stage.ALIGN))
    aligned = align_detections(people[0].person, people[1].person, config.prepare, executor.bone_lengths)
    clip = EditClip.chunked(pair, *people, aligned, chunking)
    return clip if config.camera == "auto" else replace(clip, camera_travel=config.known_travel)


def _uses_camera_mode(config: EditConfig, clip: EditClip) -> bool:
    if config.camera == "auto":
        return clip.camera_travel is not None and CameraModeProposal(clip.camera_travel).is_on
    return config.camera == "on"


def _write_frames(
    draft: ResultFiles,
    clip: EditClip,
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
    clip: EditClip,
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
        backend=executor.backend.name,
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


def _key(config: EditConfig, environment: RunEnvironment, chunking: Chunking) -> str:
    """A hash that differs for another edit, and for the same one in another environment."""
    clips = [sha256_of(clip) for clip in (config.source, config.target) if clip]
    settings = (config.prepare, config.sampler, config.camera, config.lock, chunking)
    return sha256(repr((clips, settings, environment)).encode()).hexdigest()


def _open_chunk_dir(folder: Path, key: str) -> Path:
    """The folder for the finished chunks of an edit; chunks of another edit are deleted."""
    work = folder / CHUNK_DIR
    owner = work / "edit"
    with output_errors(folder):
        if not owner.is_file() or owner.read_text() != key:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            owner.write_text(key)
    return work
