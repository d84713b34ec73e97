"""Time and peak memory of a whole edit of a bundled clip, started from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.assets import ROOT, bundled
from motionfollower.core.device import peak_memory_of
from motionfollower.core.errors import InputError
from motionfollower.io.run_record import load_run_record

SOURCE = bundled("examples") / "source-mia-room.mp4"
TARGET = bundled("examples") / "target-leo-dance-b.mp4"
FRAMES = 24
STEPS = 8
WHOLE_METHOD = ("--strength", "1", "--cfg", "7", "--guidance", "1")
"""What the embedded backend's default settings leave out."""

SECONDS_GOAL = 90.0
MEMORY_GOAL_GB = 4.0


@dataclass(frozen=True)
class EditCost:
    """Seconds of an edit of `frames` frames in `steps` steps, from start to exit and by stage, and its peak memory."""

    frames: int
    steps: int
    seconds: float
    peak_memory_gb: float
    stages: dict[str, float]

    def text(self) -> str:
        """A table for the terminal."""
        stages = [f"    {name:16}{seconds:7.1f} s" for name, seconds in self.stages.items()]
        rest = self.seconds - sum(self.stages.values())
        return "\n".join(
            [
                f"One edit of {self.frames} frames in {self.steps} steps, embedded backend, whole method.",
                f"  {'total':18}{self.seconds:7.1f} s   (goal: at most {SECONDS_GOAL:.0f} s)",
                *stages,
                f"    {'start, write':16}{rest:7.1f} s",
                f"  {'peak memory':18}{self.peak_memory_gb:7.2f} GB  (goal: at most {MEMORY_GOAL_GB:.0f} GB)",
            ]
        )


def measure_speed(frames: int = FRAMES, steps: int = STEPS) -> EditCost:
    """Run `python -m motionfollower edit` in a fresh process; InputError where it fails."""
    with TemporaryDirectory() as folder:
        output = Path(folder) / "edit"
        seconds, peak = run_edit_process(SOURCE, TARGET, output, frames, "--steps", str(steps), *WHOLE_METHOD)
        stages = load_run_record(output / "run.json").seconds
    return EditCost(frames, steps, seconds, peak / 1e9, stages)


def run_edit_process(source: Path, target: Path, output: Path, frames: int, *settings: str) -> tuple[float, int]:
    """The seconds and the peak bytes of an embedded edit in a fresh process; InputError where it fails."""
    arguments = ("-o", str(output), "--backend", "embedded", "--frames", str(frames))
    command = [sys.executable, "-m", "motionfollower", "edit", str(source), str(target), *arguments, *settings]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise InputError("The measured edit failed; its error is printed above.")
    return time.perf_counter() - began, peak_memory_of(usage)
