"""Decode clips: any video that ffmpeg reads, or an image folder, at a constant frame rate and any size."""

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
from preprocess.video.probe import Media, as_media

MIN_FPS, MAX_FPS = 0.1, 240.0
LEAD = 2.0  # seconds decoded before the first frame


def read_clip(
    media: Media | Path | str,
    *,
    fps: float | None = None,
    max_frames: int | None = None,
    start: float = 0.0,
    part: range | None = None,
    size: Size | None = None,
    max_side: int | None = None,
    max_seconds: float | None = None,
) -> Clip:
    """Decode a clip from `start` seconds on: all frames, or at most `max_frames`.

    With `part`, only these of the clip's frames are decoded, identical to those of the whole clip. A path is probed, a
    `Media` is not.

    A video is resampled to `fps`, by default its own average rate; each image of a folder is a frame, at `fps`, by
    default 8. Frames are scaled to exactly `size`; without it the aspect is kept and the longer side is at most
    `max_side`. Only the scaled frames are held in memory. InputError where no frame can be decoded, or where the file
    is longer than `max_seconds`.
    """
    media = as_media(media)
    if max_seconds is not None and (media.duration or 0) > max_seconds:
        raise InputError(f"{media.path.name} lasts {media.duration:.1f} s; {max_seconds:g} s are allowed. Cut it.")
    fps = _own_fps(media) if fps is None else fps
    if part is not None:
        start, max_frames = start + part.start / fps, len(part)
    width, height = size or fit_within(media.size, max_side or max(media.size))
    pixels = bytearray()  # grows in place; stacking a list of frames would copy them all
    for frame in _stream(media, fps, start, max_frames, (width, height)):
        pixels += frame.data
    frames = np.frombuffer(pixels, np.uint8).reshape(-1, height, width, 3)
    sound = Sound(media.path, start, len(frames) / fps) if media.has_sound else None
    return Clip(frames, fps, sound)


def stream_frames(
    media: Media | Path | str,
    *,
    fps: float | None = None,
    start: float = 0.0,
    count: int | None = None,
    size: Size | None = None,
) -> Generator[Frame, None, None]:
    """Yield the frames of `read_clip` one at a time, by default at the media's own size.

    A path is probed, a `Media` is not.
    """
    media = as_media(media)
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
    frames = (_stream_images if media.images else _stream_video)(media, fps, start, count, size)
    first = next(frames, None)
    if first is None:
        raise InputError(f"{media.path.name} has no frame to read from {start:g} s on. Start earlier, or convert it.")
    yield first
    yield from frames


def _stream_images(
    media: Media, fps: float, start: float, count: int | None, size: Size
) -> Generator[Frame, None, None]:
    first = round(start * fps)
    for image in islice(media.images, first, None if count is None else first + count):
        yield read_image(image, size)


def _stream_video(
    media: Media, fps: float, start: float, count: int | None, size: Size
) -> Generator[Frame, None, None]:
    width, height = size
    skipped = math.floor(start * fps + 1e-6)
    offset = max(0.0, start - skipped / fps)
    filters = (
        f"fps={fps}:start_time={offset:.6f},"  # frame 0 exists even where the video stream begins later than the sound
        f"trim=start_frame={skipped},setpts=PTS-STARTPTS,"
        f"scale={width}:{height}:flags=lanczos+accurate_rnd+full_chroma_int"
    )
    # Seek early and keep the file's timestamps, so that each frame is selected as for the whole file.
    seek = ["-copyts", "-start_at_zero", "-ss", f"{start - LEAD:.6f}"] if start > LEAD else []
    limit = [] if count is None else ["-frames:v", str(count)]
    output = ["-map", "0:V:0", "-vf", filters, *limit, "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"]
    with (
        ffmpeg.open_media(media.path) as file,
        ffmpeg.running([*seek, *ffmpeg.input_options(0), *output], stdin=file, stdout=PIPE) as process,
    ):
        assert isinstance(process.stdout, BufferedReader)
        frame = np.empty((height, width, 3), np.uint8)
        while process.stdout.readinto(frame.data) == frame.nbytes:
            yield frame
            frame = np.empty_like(frame)
