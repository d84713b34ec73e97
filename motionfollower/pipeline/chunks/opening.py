"""Open the clips of an edit: read and prepare them whole, or, where they are long, detect their people span by span."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from motionfollower.core.config import EditConfig
from motionfollower.core.events import Report, Stage, StageStarted
from motionfollower.core.hashing import sha256_of
from motionfollower.core.types import EditInputs
from motionfollower.io.case import read_case
from motionfollower.io.redo import check_redo, frames_to_sample
from motionfollower.pipeline.chunks.chunk import ChunkStore, DiskStore, MemoryStore
from motionfollower.pipeline.chunks.chunked_clip import ChunkedClip
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, Chunking
from motionfollower.pipeline.chunks.detection import PersonDetector
from motionfollower.pipeline.chunks.executors import Executor
from motionfollower.pipeline.prepare import align_detections
from motionfollower.pipeline.reading import ClipPair, promised_frames
from preprocess.background.camera_travel import camera_travel
from preprocess.video.atomic import output_errors
from preprocess.video.probe import Media, probe

CHUNK_DIR = ".chunks"
"""The detections and finished chunks of a long edit are kept here, beside its result, until the result is complete."""


def has_chunks(config: EditConfig, chunking: Chunking = DEFAULT_CHUNKING) -> bool:
    """Whether an edit of two clips has several chunks. InputError where a clip cannot be read."""
    return config.target is not None and _is_long(config, probe(config.source), probe(config.target), chunking)


def _is_long(config: EditConfig, source: Media, target: Media, chunking: Chunking) -> bool:
    return config.redo is None and promised_frames(source, target, config.prepare) > chunking.longest


@dataclass(frozen=True)
class ClipOpener:
    """Opens the clips of an edit, whose result is written to `folder`."""

    config: EditConfig
    executor: Executor
    folder: Path
    chunking: Chunking
    report: Report

    def open(self, source: Path, prepared: EditInputs | None) -> tuple[ChunkedClip, ChunkStore]:
        """The prepared clip, and where its edited chunks are kept.

        `source` is the source clip, or the folder of a case. `prepared` are the inputs, where the clips were prepared
        before.
        """
        if prepared is not None:
            return self._whole(prepared), MemoryStore()
        if self.config.target is None:
            self.report(StageStarted(Stage.READ))
            return self._whole(read_case(source, self.config.prepare.frames)), MemoryStore()
        media = probe(source), probe(self.config.target)
        if _is_long(self.config, *media, self.chunking):
            return self._split(*media)
        return self._whole(self.executor.prepare(*media, self.config.prepare, self.report)), MemoryStore()

    def _whole(self, inputs: EditInputs) -> ChunkedClip:
        """A clip in one chunk; with a redo, only its frames are sampled."""
        config = self.config
        is_measured = config.camera == "auto"
        travel = camera_travel(inputs.source, inputs.source_masks) if is_measured else config.recorded_travel
        clip = ChunkedClip.whole(inputs, travel)
        if config.redo is None:
            return clip
        check_redo(config.redo, clip.frames, clip.size, self.folder)
        return replace(clip, only=frames_to_sample(config.redo, clip.frames))

    def _split(self, source: Media, target: Media) -> tuple[ChunkedClip, ChunkStore]:
        """A long clip: its people detected span by span, its motion aligned as a whole."""
        config, work = self.config, self._open_chunk_dir()
        self.report(StageStarted(Stage.READ, note="a long clip: it is edited in chunks, and resumes if it is stopped"))
        pair = ClipPair.of(source, target, config)
        of_source = PersonDetector.of(config, pair, "source", work, self.chunking)
        of_target = PersonDetector.of(config, pair, "target", work, self.chunking)
        people = self.executor.detect(of_source, of_target, self.report)
        self.report(StageStarted(Stage.ALIGN))
        aligned = align_detections(people[0].person, people[1].person, config.prepare, self.executor.bone_lengths)
        clip = ChunkedClip.split(pair, *people, aligned, self.chunking)
        if config.camera != "auto":
            clip = replace(clip, camera_travel=config.recorded_travel)
        return clip, DiskStore(work, clip.origin)

    def _open_chunk_dir(self) -> Path:
        """The folder for the chunks of this edit; those of another edit are deleted."""
        work = self.folder / CHUNK_DIR
        owner, key = work / "edit", self._key()
        with output_errors(self.folder):
            if not owner.is_file() or owner.read_text() != key:
                shutil.rmtree(work, ignore_errors=True)
                work.mkdir(parents=True)
                owner.write_text(key)
        return work

    def _key(self) -> str:
        """A hash that differs for another edit, and for the same one in another environment."""
        config = self.config
        clips = [sha256_of(clip) for clip in (config.source, config.target) if clip]
        settings = (config.prepare, config.sampler, config.camera, config.lock, self.chunking)
        return sha256(repr((clips, settings, self.executor.environment)).encode()).hexdigest()
