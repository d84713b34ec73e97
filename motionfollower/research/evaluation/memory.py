"""Peak memory of an edit: ours against the released order of work, and the planner's prediction against a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, replace

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import HALF
from motionfollower.core.errors import InputError
from motionfollower.models.config import NetworksConfig
from motionfollower.pipeline.memory.estimate import (
    MemoryQuery,
    build_on_fake_tensors,
    estimate_peak_memory,
    on_fake_tensors,
)
from motionfollower.pipeline.memory.plan import SMALLEST
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from motionfollower.research.evaluation.memory_probe import probe_query
from motionfollower.research.evaluation.released import camera_mode_bytes, released_peak

FRAMES = 24
SIZE = (512, 512)
STEPS = 50
GB = GIGA = 1e9

PARAMETERS_GOAL = 1.4e9  # of the U-Net, a number of weights
KEPT_GOAL = 0.7e9  # for camera mode, in bytes
PEAK_GOAL = 0.55  # relative to the released order of work
PLANNER_GOAL = 0.10  # relative error of the estimate


@dataclass(frozen=True)
class Probe:
    """One step of each kind on this machine: the peak that is predicted, and that of a process, in bytes."""

    predicted: int
    measured: int

    @property
    def error(self) -> float:
        """The relative error of the prediction."""
        return abs(self.predicted - self.measured) / self.measured

    def rows(self, title: str) -> list[str]:
        """Lines of the table."""
        return [
            f"{title}, one step of each kind in its own process",
            f"  {'predicted':44}{self.predicted / GB:8.2f} GB",
            f"  {'measured':44}{self.measured / GB:8.2f} GB",
            f"  {'error':44}{self.error:8.0%}     goal: at most {PLANNER_GOAL:.0%}",
        ]


@dataclass(frozen=True)
class MemoryReport:
    """The results of `bench memory`, in bytes but for the number of parameters.

    `kept` are the keys and values that camera mode keeps from the reconstruction. `tiny_peak` is the counted peak of
    the embedded model, `full_peaks` are those of the full-size one by memory strategy. `tiny` is a measured step of
    the embedded model, `full` one of the full-size model, where it was asked for.
    """

    unet_parameters: int
    kept: int
    kept_as_released: int
    tiny_peak: int
    tiny_peak_as_released: int
    full_peaks: dict[str, int]
    tiny: Probe
    full: Probe | None = None

    @property
    def peak_ratio(self) -> float:
        """Our peak relative to that of the released order of work."""
        return self.tiny_peak / self.tiny_peak_as_released

    @property
    def planner_error(self) -> float:
        """The largest error of the planner's predictions."""
        return max(probe.error for probe in (self.tiny, self.full) if probe)

    def text(self) -> str:
        """A table for the terminal."""
        peaks = [f"  {name:44}{peak / GB:8.2f} GB" for name, peak in self.full_peaks.items()]
        return "\n".join(
            [
                f"Full size, {FRAMES} frames of {SIZE[0]}x{SIZE[1]}, {STEPS} steps, half precision, counted",
                f"  {'parameters of the U-Net':44}{self.unet_parameters / GIGA:8.2f} G   "
                f"goal: at most {PARAMETERS_GOAL / GIGA:.2f}",
                f"  {'kept for camera mode':44}{self.kept / GB:8.2f} GB  goal: at most {KEPT_GOAL / GB:.2f}",
                f"  {'the same in the released order':44}{self.kept_as_released / GB:8.2f} GB",
                *peaks,
                "Embedded size, 24 frames of 128x128, counted",
                f"  {'peak':44}{self.tiny_peak / GB:8.2f} GB",
                f"  {'peak in the released order':44}{self.tiny_peak_as_released / GB:8.2f} GB",
                f"  {'ratio':44}{self.peak_ratio:8.2f}     goal: at most {PEAK_GOAL:.2f}",
                *self.tiny.rows("Embedded size, 24 frames of 128x128"),
                *(self.full.rows("Full size, 2 frames of 512x512, single precision") if self.full else ()),
            ]
        )

    def figures(self) -> dict[str, object]:
        """The JSON of the report."""
        return {
            "resident_params": self.unet_parameters,
            "kv_bytes_full": self.kept,
            "kv_bytes_full_released": self.kept_as_released,
            "peak_ratio": self.peak_ratio,
            "planner_error": self.planner_error,
            "full_peaks": self.full_peaks,
            "tiny_step": asdict(self.tiny),
            "full_step": asdict(self.full) if self.full else None,
        }


def measure_memory(*, full_step: bool = False) -> MemoryReport:
    """Count and measure; takes minutes, and no more memory than the embedded model.

    A `full_step` of the full-size model takes a few more minutes and about 12 GB.
    """
    settings = SamplerSettings(steps=STEPS, camera=True)
    full = MemoryQuery(NetworksConfig(), FRAMES, SIZE, HALF, settings)
    tiny = probe_query("tiny")
    kept, kept_as_released = camera_mode_bytes(full)
    return MemoryReport(
        unet_parameters=_unet_parameters(full.config),
        kept=kept,
        kept_as_released=kept_as_released,
        tiny_peak=estimate_peak_memory(tiny).peak,
        tiny_peak_as_released=released_peak(replace(tiny, settings=settings)),
        full_peaks={
            "peak": estimate_peak_memory(full).peak,
            "peak, layers computed twice under guidance": estimate_peak_memory(
                full, MemoryStrategy(checkpointing=True)
            ).peak,
            "peak, feed-forwards in chunks as well": estimate_peak_memory(full, SMALLEST).peak,
            "peak, idle networks off the GPU as well": estimate_peak_memory(
                full, replace(SMALLEST, offloads=True)
            ).peak,
        },
        tiny=run_probe("tiny"),
        full=run_probe("full") if full_step else None,
    )


def run_probe(name: str) -> Probe:
    """The predicted and the measured peak of a probe."""
    return Probe(estimate_peak_memory(probe_query(name)).peak, _measure(name))


def _unet_parameters(config: NetworksConfig) -> int:
    with on_fake_tensors():
        networks = build_on_fake_tensors(config, HALF)
        return sum(weight.numel() for weight in networks.unet.parameters())


def _measure(name: str) -> int:
    """The peak of a probe in bytes, in a process whose allocator returns freed memory to the system."""
    command = [sys.executable, "-m", "motionfollower.research.evaluation.memory_probe", name]
    process = subprocess.run(
        command, env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}, capture_output=True, text=True
    )
    if process.returncode:
        raise InputError(f"The measured process failed: {process.stderr.strip()[-300:]}")
    return int(json.loads(process.stdout)["measured"])
