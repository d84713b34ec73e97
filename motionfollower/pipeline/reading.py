"""The two clips of an edit, read at their working sizes: whole, or a span of frames at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.types import Origin
from preprocess.types import Clip, Size, Sound
from preprocess.video.crop import Crop, working_size
from preprocess.video.probe import Media
from preprocess.video.read import read_clip, stream_frames
from preprocess.warnings import ClipWarning, Role, WarningCode

COUNTING_SIZE = (16, 16)  # pixels: enough to count frames


def read_source(media: Media, settings: PrepareSettings, span: range | None = None) -> tuple[Clip, Origin]:
    """The source, or a `span` of its frames, and where they come from."""
    size = settings.size or working_size(media.size)
    clip = _read_letterboxed(media, size, settings.fps, settings.frames, span)
    start = span.start / clip.fps if span else 0.0
    return clip, Origin(media, start, Crop.letterbox(media.size, size))


def read_target(media: Media, size: Size, fps: float, frames: int, span: range | None = None) -> Clip:
    """The target, or a `span` of it: at the source's rate, at most as long, with about as many pixels as `size`."""
    return _read_letterboxed(media, working_size(media.size, area=size[0] * size[1]), fps, frames, span)


def _read_letterboxed(media: Media, size: Size, fps: float | None, frames: int | None, span: range | None) -> Clip:
    """The clip at `size` without distortion: scaled while it is decoded, then padded with its edge pixels."""
    scale = Crop.letterbox(media.size, size).scale
    scaled = (max(1, round(media.size[0] * scale)), max(1, round(media.size[1] * scale)))
    clip = read_clip(media, fps=fps, max_frames=frames, part=span, size=scaled)
    return clip if scaled == size else replace(clip, frames=Crop.letterbox(scaled, size).apply(clip.frames))


def truncation_warnings(role: Role, media: Media, frames: int, fps: float, limit: int | None) -> list[ClipWarning]:
    """A warning where a file holds clearly fewer frames than its duration promises; `limit` were asked for."""
    seconds = frames / fps
    if media.duration is None or frames == limit or seconds + 1 / fps > 0.9 * media.duration:
        return []
    return [ClipWarning(WarningCode.CLIP_TRUNCATED, (), role, {"shown": seconds, "promised": media.duration})]


def length_warnings(source: int, frames: int) -> list[ClipWarning]:
    """A warning where the target is shorter, so that only the first `frames` of the source are edited."""
    if source == frames:
        return []
    return [ClipWarning(WarningCode.TARGET_SHORTER, values={"edited": frames, "source": source})]


def end_warnings(
    source: Media, target: Media, lengths: tuple[int, int], fps: float, limit: int | None
) -> tuple[ClipWarning, ...]:
    """Warnings about the ends of two clips whose `lengths` were read, in frames, where `limit` were asked for."""
    of_source, of_target = lengths
    return (
        *truncation_warnings("source", source, of_source, fps, limit),
        *truncation_warnings("target", target, of_target, fps, of_source),
        *length_warnings(of_source, min(lengths)),
    )


def trim(clip: Clip, frames: int) -> Clip:
    """The first `frames` frames, with as much sound."""
    sound = clip.sound and replace(clip.sound, duration=frames / clip.fps)
    return clip if len(clip) == frames else replace(clip, frames=clip.frames[:frames], sound=sound)


def promised_frames(source: Media, target: Media, settings: PrepareSettings) -> int:
    """How many frames an edit of two files will have, by what their headers say; 0 where they say nothing."""
    fps = settings.fps or source.fps
    counts = [settings.frames, _promised(source, fps), _promised(target, fps)]
    return min((count for count in counts if count is not None), default=0)


def _promised(media: Media, fps: float) -> int | None:
    if media.images:
        return len(media.images)
    return None if media.duration is None else round(media.duration * fps)


@dataclass(frozen=True)
class ClipPair:
    """Two long clips, read span by span at the source's rate `fps`: `frames` of both, the source at the working `size`.

    `origin` is that of the source's first frame; `warnings` say what the clips lack at their ends.
    """

    source: Media
    target: Media
    settings: PrepareSettings
    fps: float
    size: Size
    frames: int
    origin: Origin
    warnings: tuple[ClipWarning, ...]

    @classmethod
    def of(cls, source: Media, target: Media, config: EditConfig) -> ClipPair:
        """The clips of an edit; both are decoded once, at a tiny size, to count their frames."""
        settings = config.prepare
        first, origin = read_source(source, settings, range(1))
        of_source = _count(source, first.fps, settings.frames)
        lengths = of_source, _count(target, first.fps, of_source)
        warnings = end_warnings(source, target, lengths, first.fps, settings.frames)
        return cls(source, target, settings, first.fps, first.size, min(lengths), origin, warnings)

    def read(self, role: Role, span: range) -> Clip:
        """A span of one of the clips."""
        if role == "source":
            return self.read_source(span)[0]
        return read_target(self.target, self.size, self.fps, self.frames, span)

    def read_source(self, span: range) -> tuple[Clip, Origin]:
        """A span of the source, and where it comes from."""
        return read_source(self.source, self.settings, span)

    @property
    def sound(self) -> Sound | None:
        """The source's sound."""
        return Sound(self.source.path, 0.0, self.frames / self.fps) if self.source.has_sound else None


def _count(media: Media, fps: float, limit: int | None) -> int:
    if media.images:
        return min(len(media.images), limit or len(media.images))
    frames = stream_frames(media, fps=fps, count=limit, size=COUNTING_SIZE)
    return sum(1 for _ in frames)
