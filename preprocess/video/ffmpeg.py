"""Run the ffmpeg of imageio-ffmpeg; no process outlives the work that it was started for."""

import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL
from typing import IO, BinaryIO

from imageio_ffmpeg import get_ffmpeg_exe

from preprocess.types import InputError


def open_media(path: Path) -> BinaryIO:
    """Open a media file for ffmpeg to read; InputError where it can't be opened."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path.name} can't be opened: {error.strerror}. Check that it can be read.") from error


def input_options(descriptor: int) -> list[str]:
    """The options for reading the media file that is open at `descriptor`.

    ffmpeg never gets the file's name, so no name is taken for an option, a pattern or a URL. Its protocols are
    restricted to file descriptors, so a hostile playlist reaches neither the network nor other files.
    """
    return ["-protocol_whitelist", "fd", "-fd", str(descriptor), "-i", "fd:"]


def describe(file: BinaryIO, timeout: float = 60) -> str:
    """The text that ffmpeg prints about a media file; InputError after `timeout` seconds."""
    arguments = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", *input_options(0)]
    try:
        result = subprocess.run(arguments, stdin=file, stdout=DEVNULL, stderr=subprocess.PIPE, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise InputError(f"The file wasn't recognised within {timeout:g} s. Convert it to mp4.") from error
    return result.stderr.decode(errors="replace")


@contextmanager
def running(
    arguments: Sequence[str],
    *,
    stdin: int | IO[bytes],
    stdout: int = DEVNULL,
    stderr: int | IO[bytes] = DEVNULL,
    pass_fds: Sequence[int] = (),
) -> Generator["subprocess.Popen[bytes]", None, None]:
    """An ffmpeg process that is killed and reaped, and whose pipes are closed, however the block ends."""
    process = subprocess.Popen(
        [get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        process_group=0,  # Ctrl-C must not reach ffmpeg: the cleanup below ends it
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
