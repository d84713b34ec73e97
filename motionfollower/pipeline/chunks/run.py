"""A long edit from files to files: looked at all through, aligned as a whole, edited part by part, joined."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from motionfollower.core.config import EditConfig, Environment
from motionfollower.core.events import Event, StageStarted, Stopwatch, progress_events
from motionfollower.core.hashing import sha256_of
from motionfollower.io.audio import choose_audio
from motionfollower.io.result import RESULT_PARTS, write_files
from motionfollower.io.run_record import Made, RunMetadata, make_run_record
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.pipeline.chunks.chunk import ChunkEditor, ChunkResults, mean_losses, mean_metrics
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking, blend_chunks
from motionfollower.pipeline.chunks.detection import Detections, PersonDetector
from motionfollower.pipeline.chunks.executors import Executor
from motionfollower.pipeline.chunks.pair import ClipPair, Role
from motionfollower.pipeline.prepare import align_detections
from preprocess.pose.render import drawn
from preprocess.types import Frame, PoseSequence, Sound
from preprocess.video.atomic import output_errors
from preprocess.video.read import stream_frames

WORK = ".parts"
"""What is finished of an edit lies in this folder, beside its result, until all of it is."""


def run_long(
    request: EditConfig, crew: Executor, folder: Path, cutting: Chunking = DEFAULT_CHUNKING
) -> Generator[Event, None, RunMetadata]:
    """Edit two long clips and write the result to `folder`; the record of it, as in run.json.

    What an earlier run of the same edit has finished in this folder is used; its time isn't in the record.
    """
    surroundings, watch = crew.surroundings(), Stopwatch()
    work = _open_work(folder, _name_of(request, surroundings, crew, cutting))
    yield StageStarted("read", note="a long clip: it is edited in parts, and goes on from there if it is stopped")
    pair = ClipPair.of(request)
    surveyors = (_surveyor(request, pair, "source", work, cutting), _surveyor(request, pair, "target", work, cutting))
    source, target = yield from watch.time(crew.survey(*surveyors))
    yield StageStarted("align")
    aligned = align_detections(source.person, target.person, request.prepare)
    sampler = replace(request.sampler, camera=_is_camera_mode(request, source))
    parts, pieces = cutting.parts(pair.frames), ChunkResults(work)
    edits = ChunkEditor(request, pair, source, target, aligned, parts, pieces)
    made = yield from watch.time(crew.make(edits, sampler))
    sound, missing = choose_audio(request.sound, pair.sound, pair.frames / pair.fps, request.target)
    doubts = (*pair.warnings, *source.doubts, *target.doubts, *aligned.warnings)
    facts = Made(
        size=pair.origin.size,
        fps=pair.fps,
        frames=pair.frames,
        settings=min((piece.settings for piece in made), key=lambda settings: settings.window),
        losses=mean_losses([piece.losses for piece in made]),
        warnings=(*doubts, *(warning for piece in made for warning in piece.warnings), *missing),
        measures=mean_metrics([piece.measures for piece in made]),
        seconds=watch.seconds,
        camera_travel=source.travel if request.camera == "auto" else request.known_travel,
    )
    run = make_run_record(request, crew.backend, surroundings, facts)
    yield from progress_events("write", RESULT_PARTS, _write(folder, pair, aligned.poses, cutting, pieces, sound, run))
    shutil.rmtree(work)
    return run


def _name_of(request: EditConfig, surroundings: Environment, crew: Executor, cutting: Chunking) -> str:
    """A number that another edit, or the same one elsewhere, hasn't."""
    clips = [sha256_of(clip) for clip in (request.source, request.target) if clip]
    settings = (request.prepare, request.sampler, request.camera, request.lock, cutting)
    return sha256(repr((clips, settings, crew.backend, surroundings)).encode()).hexdigest()


def _open_work(folder: Path, name: str) -> Path:
    """The folder for what is finished of an edit; another one's is removed from it."""
    work = folder / WORK
    owner = work / "edit"
    with output_errors(folder):
        if not owner.is_file() or owner.read_text() != name:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            owner.write_text(name)
    return work


def _surveyor(request: EditConfig, pair: ClipPair, role: Role, work: Path, cutting: Chunking) -> PersonDetector:
    settings, is_source = request.prepare, role == "source"
    return PersonDetector(
        pair,
        role,
        follows=settings.source_person if is_source else settings.target_person,
        clicks=settings.source_clicks if is_source else settings.target_clicks,
        watches_camera=is_source and request.camera == "auto",
        folder=work,
        cutting=cutting,
    )


def _is_camera_mode(request: EditConfig, source: Detections) -> bool:
    if request.camera == "auto":
        return source.travel is not None and CameraModeProposal(source.travel).is_on
    return request.camera == "on"


def _write(
    folder: Path,
    pair: ClipPair,
    poses: PoseSequence,
    cutting: Chunking,
    pieces: ChunkResults,
    sound: Sound | None,
    run: RunMetadata,
) -> Generator[int, None, object]:
    size, framing = pair.origin.size, pair.origin.framing
    beside: dict[str, Iterable[Frame]] = {
        "source": stream_frames(pair.source.path, fps=pair.fps, count=pair.frames),
        "target pose": (framing.undo(picture[None], size)[0] for picture in drawn(poses)),
    }
    parts, seams = cutting.parts(pair.frames), cutting.seams(pair.frames)
    frames = blend_chunks(parts, seams, lambda part, frame: pieces.picture(part, frame - parts[part].start, size))
    return (yield from write_files(folder, beside, frames, sound, run))
