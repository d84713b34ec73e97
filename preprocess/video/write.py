"""Write frames as mp4 with sound, gif or image folder: streamed a frame at a time, and atomically."""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from preprocess.types import Frame, InputError, OutputError, Sound
from preprocess.video import ffmpeg
from preprocess.video.atomic import atomic_path, output_errors

CRF, PRESET = 17, "fast"  # visually close to lossless; slower presets gain little
SOUND_BITRATE = "192k"

# Players assume BT.709 for untagged HD video and BT.601 for smaller sizes: convert to BT.709 and tag it.
_COLOURS = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]
_TO_YUV = "scale=out_color_matrix=bt709:out_range=tv:flags=lanczos+accurate_rnd+full_chroma_int"
_H264 = ["-vf", _TO_YUV, "-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-pix_fmt", "yuv420p", *_COLOURS]
_MP4 = [*_H264, "-movflags", "+faststart", "-f", "mp4"]
_GIF = ["-filter_complex", "split[a][b];[a]palettegen[palette];[b][palette]paletteuse=dither=bayer", "-f", "gif"]


def write_video(path: Path | str, frames: Iterable[Frame], fps: float, sound: Sound | None = None) -> None:
    """Write frames uint8 [H, W, 3] as a widely playable mp4: H.264, yuv420p, AAC.

    yuv420p needs even sizes: an odd size is padded with a copy of the last row or column. `sound` starts with the
    first frame and lasts `sound.duration` seconds. OutputError where the file can't be written.
    """
    _encode(Path(path), _pad_to_even(frames), fps, _MP4, sound)


def write_gif(path: Path | str, frames: Iterable[Frame], fps: float) -> None:
    """Write frames uint8 [H, W, 3] as a looping gif with an optimised palette of 256 colours.

    For previews only: ffmpeg buffers all frames to compute the palette. OutputError where it can't be written.
    """
    _encode(Path(path), frames, fps, _GIF)


def write_frames(folder: Path | str, frames: Iterable[NDArray[np.uint8]], name: str = "frame_{}.png") -> None:
    """Write images uint8 [H, W, 3] or [H, W] to a folder, as PNG files called `name` with their number, from 0.

    A folder that holds only such files is replaced; OutputError for a folder with any other content.
    """
    folder = Path(folder)
    if folder.is_dir() and any(not path.match(name.format("*")) for path in folder.iterdir()):
        raise OutputError(f"The folder {folder} holds other files. Choose an empty or a new one.")
    with atomic_path(folder) as draft:
        with output_errors(folder):
            draft.mkdir()
        for index, frame in enumerate(frames):
            with output_errors(folder):
                save_frame(draft / name.format(index), frame)


def save_frame(path: Path, frame: NDArray[np.uint8]) -> None:
    """Save an image uint8 [H, W, 3] or [H, W] as PNG."""
    Image.fromarray(frame).save(path, compress_level=3)


def _encode(path: Path, frames: Iterable[Frame], fps: float, output: list[str], sound: Sound | None = None) -> None:
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise InputError(f"There are no frames to write to {path}.")
    height, width = first.shape[:2]
    images = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}", "-framerate", str(fps)]
    with atomic_path(path) as draft, ExitStack() as files:
        with output_errors(path):
            draft.touch()
            log = files.enter_context(TemporaryFile())  # ffmpeg would block on a pipe that is not drained
        descriptors = [files.enter_context(ffmpeg.open_media(sound.path)).fileno()] if sound else []
        audio = _sound_arguments(sound, descriptors[0]) if sound else []
        command = [*images, "-i", "pipe:0", *audio, *output, "-y", f"file:{draft}"]
        with ffmpeg.running(command, stdin=PIPE, stderr=log, pass_fds=descriptors) as process:
            assert process.stdin is not None
            _feed(process.stdin, chain([first], frames), first.shape)
            if process.wait() != 0:
                raise OutputError(f"{path} can't be written: {_last_error(log)}. Make room or choose another place.")


def _sound_arguments(sound: Sound, descriptor: int) -> list[str]:
    """The options for the sound as a second input, padded with silence, and its encoding."""
    stretch = ["-ss", str(sound.start), "-t", str(sound.duration), *ffmpeg.input_options(descriptor)]
    silence = ["-af", f"aresample=async=1:first_pts=0,apad=whole_dur={sound.duration}"]
    return [*stretch, "-map", "0:v", "-map", "1:a:0", *silence, "-c:a", "aac", "-b:a", SOUND_BITRATE]


def _feed(pipe: IO[bytes], frames: Iterator[Frame], shape: tuple[int, ...]) -> None:
    """Write the frames to ffmpeg's pipe until they end or ffmpeg exits; its exit status tells which."""
    for frame in frames:
        if frame.shape != shape or frame.dtype != np.uint8:
            raise ValueError(f"A frame is {frame.dtype} {frame.shape} where the first is uint8 {shape}.")
        try:
            pipe.write(np.ascontiguousarray(frame).data)
        except BrokenPipeError:
            break
    with suppress(BrokenPipeError):
        pipe.close()


def _pad_to_even(frames: Iterable[Frame]) -> Generator[Frame, None, None]:
    for frame in frames:
        height, width = frame.shape[:2]
        yield np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _last_error(log: IO[bytes]) -> str:
    """The last line of ffmpeg's log, without the name and address of the component that wrote it."""
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "ffmpeg was stopped")
    return re.sub(r"^\[.*?\] ", "", last).rstrip(".")
