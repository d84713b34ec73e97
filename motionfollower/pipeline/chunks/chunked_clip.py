"""The clip of an edit, in one chunk or in several: what is known of all of it, and the inputs of each chunk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from motionfollower.core.types import EditInputs, Origin
from motionfollower.io.compositing import source_frames
from motionfollower.pipeline.chunks.chunking import Chunking
from motionfollower.pipeline.chunks.detection import Detections
from motionfollower.pipeline.reading import ClipPair
from preprocess.types import Alignment, Frame, PoseSequence, Size, Sound, TargetMaskPredictor
from preprocess.video.probe import Media
from preprocess.video.read import stream_frames
from preprocess.warnings import ClipWarning


@dataclass(frozen=True)
class MemoryInputs:
    """The inputs of a clip in one chunk, which are in memory."""

    inputs: EditInputs

    def chunk(self, frames: range, predictor: TargetMaskPredictor) -> EditInputs:
        """The inputs of the only chunk."""
        return self.inputs

    def source_frames(self) -> Iterator[Frame]:
        """The source's frames uint8 [H, W, 3] at the size of its file."""
        return source_frames(self.inputs)


@dataclass(frozen=True)
class DiskInputs:
    """The inputs of a clip in several chunks, which stay on disk: both files, and the masks of the `Detections`.

    The motion was aligned as a whole. Every process that sees the files makes the same inputs of them.
    """

    pair: ClipPair
    source: Detections
    target: Detections
    aligned: Alignment

    def chunk(self, frames: range, predictor: TargetMaskPredictor) -> EditInputs:
        """The inputs of some frames: the source is read, and the target masks are predicted."""
        clip, origin = self.pair.read_source(frames)
        poses, masks = self.source.person.poses.part(frames), self.source.masks(frames)
        transforms = self.aligned.transforms[frames.start : frames.stop]
        aligned = replace(self.aligned, poses=self.aligned.poses.part(frames), transforms=transforms)
        target_masks = predictor.predict(poses, masks, aligned, self.target.masks(frames))
        return EditInputs(clip, poses, aligned.poses, masks, target_masks, origin, self.pair.target)

    def source_frames(self) -> Iterator[Frame]:
        """The source's frames uint8 [H, W, 3] at the size of its file."""
        return stream_frames(self.pair.source, fps=self.pair.fps, count=self.pair.frames)


@dataclass(frozen=True)
class ChunkedClip:
    """A prepared clip, divided into one chunk or several.

    `size` is the result's, that of the source's file. `origin` is where the source's first frame comes from, `target`
    the target's file; None for a case without a file. `sound` is the source's, `warnings` are those of the
    preparation. `camera_travel` is how far the camera travels, in pixels of an image of 512, None where not measured.
    `chunks` are the frames of each chunk, `seams` those over which each is blended into the next. Where `only` is not
    None, only those frames are sampled.
    """

    inputs: MemoryInputs | DiskInputs
    frames: int
    fps: float
    size: Size
    origin: Origin | None
    target: Media | None
    sound: Sound | None
    aligned_poses: PoseSequence
    warnings: tuple[ClipWarning, ...]
    camera_travel: float | None
    chunks: tuple[range, ...]
    seams: tuple[range, ...] = ()
    only: range | None = None

    @classmethod
    def whole(cls, inputs: EditInputs, camera_travel: float | None) -> ChunkedClip:
        """A clip in one chunk, whose inputs are in memory."""
        return cls(
            MemoryInputs(inputs),
            frames=len(inputs.source),
            fps=inputs.source.fps,
            size=inputs.origin.media.size if inputs.origin else inputs.source.size,
            origin=inputs.origin,
            target=inputs.target_media,
            sound=inputs.source.sound,
            aligned_poses=inputs.aligned_poses,
            warnings=inputs.warnings,
            camera_travel=camera_travel,
            chunks=(range(len(inputs.source)),),
        )

    @classmethod
    def split(
        cls, pair: ClipPair, source: Detections, target: Detections, aligned: Alignment, chunking: Chunking
    ) -> ChunkedClip:
        """A long clip split into chunks, whose inputs stay on disk."""
        return cls(
            DiskInputs(pair, source, target, aligned),
            frames=pair.frames,
            fps=pair.fps,
            size=pair.source.size,
            origin=pair.origin,
            target=pair.target,
            sound=pair.sound,
            aligned_poses=aligned.poses,
            warnings=(*pair.warnings, *source.warnings, *target.warnings, *aligned.warnings),
            camera_travel=source.camera_travel,
            chunks=chunking.chunks(pair.frames),
            seams=chunking.seams(pair.frames),
        )
