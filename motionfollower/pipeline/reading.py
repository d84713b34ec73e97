"""Reading the two clips of an edit at their working sizes, whole or in part."""

from __future__ import annotations

from dataclasses import replace

from motionfollower.core.config import PrepareSettings
from motionfollower.core.types import Origin
from preprocess.types import Clip, Size
from preprocess.video.crop import Crop, working_size
from preprocess.video.probe import Media
from preprocess.video.read import read_clip


def read_source(media: Media, settings: PrepareSettings, part: range | None = None) -> tuple[Clip, Origin]:
    """The source, or a `part` of its frames, and where they come from."""
    size = settings.size or working_size(media.size)
    clip = _read_letterboxed(media, size, settings.fps, settings.frames, part)
    start = part.start / clip.fps if part else 0.0
    return clip, Origin(media.path, media.size, start, Crop.letterbox(media.size, size))


def read_target(media: Media, size: Size, fps: float, frames: int, part: range | None = None) -> Clip:
    """The target at the source's rate, at most as long, and about as large as a source of `size`; or a part of it."""
    return _read_letterboxed(media, working_size(media.size, area=size[0] * size[1]), fps, frames, part)


def _read_letterboxed(media: Media, size: Size, fps: float | None, frames: int | None, part: range | None) -> Clip:
    """The clip at `size`, not distorted: scaled while it is read, then its borders are continued."""
    scale = Crop.letterbox(media.size, size).scale
    shown = (max(1, round(media.size[0] * scale)), max(1, round(media.size[1] * scale)))
    clip = read_clip(media.path, fps=fps, max_frames=frames, part=part, size=shown)
    return clip if shown == size else replace(clip, frames=Crop.letterbox(shown, size).apply(clip.frames))


def truncation_warnings(role: str, media: Media, frames: int, fps: float, wanted: int | None) -> tuple[str, ...]:
    """A sentence where a file has clearly fewer of the wanted frames than it promises."""
    shown = frames / fps
    if media.duration is None or frames == wanted or shown + 1 / fps > 0.9 * media.duration:
        return ()
    sentence = f"{role}: the pictures end after {shown:.1f} of {media.duration:.1f} seconds; the file may be damaged."
    return (sentence,)


def trim(source: Clip, target: Clip) -> tuple[Clip, Clip, tuple[str, ...]]:
    """Both clips with the shorter one's frames; a sentence where the source loses some."""
    frames = min(len(source), len(target))
    return _first(source, frames), _first(target, frames), length_warnings(len(source), frames)


def length_warnings(source: int, frames: int) -> tuple[str, ...]:
    """A sentence where an edit has only so many of the source's frames."""
    if source == frames:
        return ()
    return (f"The target ends first: the edit has {frames} of the source's {source} frames.",)


def _first(clip: Clip, frames: int) -> Clip:
    sound = clip.sound and replace(clip.sound, duration=frames / clip.fps)
    return clip if len(clip) == frames else replace(clip, frames=clip.frames[:frames], sound=sound)
