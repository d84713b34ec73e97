"""The two clips of a long edit, read a part at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.types import Origin
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING
from motionfollower.pipeline.reading import length_warnings, read_source, read_target, truncation_warnings
from preprocess.types import Clip, Size, Sound
from preprocess.video.probe import Media, probe
from preprocess.video.read import stream_frames

Role = Literal["source", "target"]
GLIMPSE = (16, 16)  # pixels: enough to count pictures


def is_chunked(request: EditConfig) -> bool:
    """Whether two clips promise so many frames that they are edited in parts."""
    if request.target is None or request.redo is not None:
        return False
    source, target = probe(request.source), probe(request.target)
    fps = request.prepare.fps or source.fps
    promised = (request.prepare.frames, _promised(source, fps), _promised(target, fps))
    return min((count for count in promised if count is not None), default=0) > DEFAULT_CHUNKING.longest


def _promised(media: Media, fps: float) -> int | None:
    if media.pictures:
        return len(media.pictures)
    return None if media.duration is None else round(media.duration * fps)


@dataclass(frozen=True)
class ClipPair:
    """Two clips at the source's rate `fps`: `frames` of both are edited, the source at the working `size`.

    `origin` is that of the source's first frame; `warnings` tell what is missing at the clips' ends.
    """

    source: Media
    target: Media
    settings: PrepareSettings
    fps: float
    size: Size
    frames: int
    origin: Origin
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, request: EditConfig) -> ClipPair:
        """The clips of a request; both are gone through to count their frames."""
        assert request.target is not None
        source, target, settings = probe(request.source), probe(request.target), request.prepare
        first, origin = read_source(source, settings, range(1))
        own = _count(source, first.fps, settings.frames)
        others = _count(target, first.fps, own)
        cuts = (
            *truncation_warnings("Source", source, own, first.fps, settings.frames),
            *truncation_warnings("Target", target, others, first.fps, own),
        )
        warnings = (*cuts, *length_warnings(own, min(own, others)))
        return cls(source, target, settings, first.fps, first.size, min(own, others), origin, warnings)

    def read(self, role: Role, part: range) -> Clip:
        """A part of one of the clips."""
        if role == "source":
            return self.read_source(part)[0]
        return read_target(self.target, self.size, self.fps, self.frames, part)

    def read_source(self, part: range) -> tuple[Clip, Origin]:
        """A part of the source, and where it comes from."""
        return read_source(self.source, self.settings, part)

    @property
    def sound(self) -> Sound | None:
        """The source's."""
        return Sound(self.source.path, 0.0, self.frames / self.fps) if self.source.has_sound else None


def _count(media: Media, fps: float, most: int | None) -> int:
    if media.pictures:
        return min(len(media.pictures), most or len(media.pictures))
    return sum(1 for _ in stream_frames(media.path, fps=fps, count=most, size=GLIMPSE))
