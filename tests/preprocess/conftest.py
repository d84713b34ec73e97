"""Fixtures that generate small media files with ffmpeg."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make(name, *arguments) runs ffmpeg with the arguments and returns the output file of this name."""

    def run(name: str, *arguments: str | Path) -> Path:
        path = tmp_path / name
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments), path], check=True)
        return path

    return run


@pytest.fixture
def make_video(make: Make) -> Make:
    """make_video(name, size, fps, seconds, *arguments): a moving test pattern."""

    def run(name: str, size: str = "64x48", fps: float = 10, seconds: float = 1, *arguments: str | Path) -> Path:
        source = f"testsrc=s={size}:r={fps}:d={seconds},format=yuv420p"
        return make(name, "-f", "lavfi", "-i", source, *arguments)

    return run


@pytest.fixture
def memory_growth() -> Callable[..., float]:
    """memory_growth(setup, work, *arguments): the growth of a new Python process's peak memory in `work`, in MiB."""

    def run(setup: str, work: str, *arguments: str | Path) -> float:
        peak = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024"
        program = f"import resource, sys\n{setup}\nbefore = {peak}\n{work}\nprint({peak} - before)"
        command = [sys.executable, "-c", program, *map(str, arguments)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return run
