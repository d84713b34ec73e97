"""Small media files made with ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make(name, *arguments) runs ffmpeg with the arguments to make the file of that name."""

    def run(name: str, *arguments: str | Path) -> Path:
        path = tmp_path / name
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments), path], check=True)
        return path

    return run


@pytest.fixture
def make_video(make: Make) -> Make:
    """make_video(name, size, fps, seconds, *arguments): a moving test picture."""

    def run(name: str, size: str = "64x48", fps: float = 10, seconds: float = 1, *arguments: str | Path) -> Path:
        source = f"testsrc=s={size}:r={fps}:d={seconds},format=yuv420p"
        return make(name, "-f", "lavfi", "-i", source, *arguments)

    return run
