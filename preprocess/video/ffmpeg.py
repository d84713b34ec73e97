"""Runs the ffmpeg that comes with imageio-ffmpeg, and sees that it is gone when the work is."""

import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL
from typing import IO, BinaryIO

from imageio_ffmpeg import get_ffmpeg_exe

from preprocess.types import InputError


def open_media(path: Path) -> BinaryIO:
    """The file opened for ffmpeg to read. InputError where it can't be."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path.name} can't be opened: {error.strerror}. Check that it can be read.") from error


def read_from(descriptor: int) -> list[str]:
    """The options by which ffmpeg reads the media file that is open at `descriptor`.

    ffmpeg never sees the file's name, so no name can pass for an option, a pattern or a URL. It may open
    nothing but descriptors, so a hostile playlist reaches neither the network nor other files.
    """
    return ["-protocol_whitelist", "fd", "-fd", str(descriptor), "-i", "fd:"]


def describe(file: BinaryIO, patience: float = 60) -> str:
    """What ffmpeg says of a media file, in its own words. InputError where it takes over `patience` seconds."""
    arguments = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", *read_from(0)]
    try:
        said = subprocess.run(arguments, stdin=file, stdout=DEVNULL, stderr=subprocess.PIPE, timeout=patience)
    except subprocess.TimeoutExpired as error:
        raise InputError(f"The file wasn't recognised within {patience:g} s. Convert it to mp4.") from error
    return said.stderr.decode(errors="replace")


@contextmanager
def running(
    arguments: Sequence[str],
    *,
    stdin: int | IO[bytes],
    stdout: int = DEVNULL,
    stderr: int | IO[bytes] = DEVNULL,
    pass_fds: Sequence[int] = (),
) -> Generator["subprocess.Popen[bytes]", None, None]:
    """An ffmpeg process that is ended, reaped and rid of its pipes however the block is left."""
    process = subprocess.Popen(
        [get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        process_group=0,  # Ctrl-C is ours to handle: it must not end ffmpeg behind our back
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        process.wait()
