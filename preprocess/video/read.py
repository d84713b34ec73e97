"""Reads clips: any video that ffmpeg reads, or a folder of pictures, at a constant rate and any size."""

import math
from collections.abc import Generator
from io import BufferedReader
from itertools import islice
from pathlib import Path
from subprocess import PIPE

import numpy as np

from preprocess.types import Clip, Frame, InputError, Size, Sound
from preprocess.video import ffmpeg
from preprocess.video.crop import fit_within
from preprocess.video.image_folder import read_image
from preprocess.video.probe import Media, probe

MIN_FPS, MAX_FPS = 0.1, 240.0
LEAD = 2.0  # seconds that are decoded before the first frame


def read_clip(
    path: Path | str | Media,
    *,
    fps: float | None = None,
    max_frames: int | None = None,
    start: float = 0.0,
    part: range | None = None,
    size: Size | None = None,
    max_side: int | None = None,
    max_seconds: float | None = None,
) -> Clip:
    """The clip from `start` seconds on, with as many frames as there are but at most `max_frames`.

    With a `part` only these of its frames are read, the very same as in the whole.

    A video is resampled to `fps`, by default its own average rate; of a folder each picture is a frame,
    shown at `fps`, by default 8. Frames are scaled to exactly `size`; without it their aspect stays and
    their longer side becomes at most `max_side`. Memory holds the scaled frames alone.
    InputError where nothing can be read, or where the file lasts longer than `max_seconds`.
    """
    media = path if isinstance(path, Media) else probe(path)
    if max_seconds is not None and (media.duration or 0) > max_seconds:
        raise InputError(f"{media.path.name} lasts {media.duration:.1f} s; {max_seconds:g} s are allowed. Cut it.")
    fps = _own_fps(media) if fps is None else fps
    if part is not None:
        start, max_frames = start + part.start / fps, len(part)
    width, height = size or fit_within(media.size, max_side or max(media.size))
    pixels = bytearray()  # it grows in place, where a list of frames would be copied whole
    for frame in _stream(media, fps, start, max_frames, (width, height)):
        pixels += frame.data
    frames = np.frombuffer(pixels, np.uint8).reshape(-1, height, width, 3)
    sound = Sound(media.path, start, len(frames) / fps) if media.has_sound else None
    return Clip(frames, fps, sound)


def stream_frames(
    path: Path | str | Media,
    *,
    fps: float | None = None,
    start: float = 0.0,
    count: int | None = None,
    size: Size | None = None,
) -> Generator[Frame, None, None]:
    """The frames that `read_clip` would hold, one at a time, by default at the source's own size."""
    media = path if isinstance(path, Media) else probe(path)
    yield from _stream(media, _own_fps(media) if fps is None else fps, start, count, size or media.size)


def _own_fps(media: Media) -> float:
    return min(max(media.fps, MIN_FPS), MAX_FPS)


def _stream(media: Media, fps: float, start: float, count: int | None, size: Size) -> Generator[Frame, None, None]:
    if not MIN_FPS <= fps <= MAX_FPS:
        raise InputError(f"fps is {fps}; allowed is {MIN_FPS:g} to {MAX_FPS:g}.")
    if not 0 <= start < math.inf:
        raise InputError(f"The start is {start} s; allowed is 0 or later.")
    if count is not None and count < 1:
        raise InputError(f"The number of frames is {count}; allowed is 1 or more.")
    frames = (_stream_pictures if media.pictures else _stream_video)(media, fps, start, count, size)
    first = next(frames, None)
    if first is None:
        raise InputError(f"{media.path.name} has no picture to read from {start:g} s on. Start earlier, or convert it.")
    yield first
    yield from frames


def _stream_pictures(
    media: Media, fps: float, start: float, count: int | None, size: Size
) -> Generator[Frame, None, None]:
    first = round(start * fps)
    for picture in islice(media.pictures, first, None if count is None else first + count):
        yield read_image(picture, size)


def _stream_video(
    media: Media, fps: float, start: float, count: int | None, size: Size
) -> Generator[Frame, None, None]:
    width, height = size
    skipped = math.floor(start * fps + 1e-6)
    offset = max(0.0, start - skipped / fps)
    filters = (
        f"fps={fps}:start_time={offset:.6f},"  # frame 0 is there, also where pictures begin later than the sound
        f"trim=start_frame={skipped},setpts=PTS-STARTPTS,"
        f"scale={width}:{height}:flags=lanczos+accurate_rnd+full_chroma_int"
    )
    # Some time early and by the file's own clock, so that each frame is chosen as it is for the whole file.
    seek = ["-copyts", "-start_at_zero", "-ss", f"{start - LEAD:.6f}"] if start > LEAD else []
    limit = [] if count is None else ["-frames:v", str(count)]
    output = ["-map", "0:V:0", "-vf", filters, *limit, "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"]
    with (
        ffmpeg.open_media(media.path) as file,
        ffmpeg.running([*seek, *ffmpeg.read_from(0), *output], stdin=file, stdout=PIPE) as process,
    ):
        assert isinstance(process.stdout, BufferedReader)
        frame = np.empty((height, width, 3), np.uint8)
        while process.stdout.readinto(frame.data) == frame.nbytes:
            yield frame
            frame = np.empty_like(frame)
