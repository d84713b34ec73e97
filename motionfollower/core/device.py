"""The hardware: the only module that handles devices, number formats, memory and random number generators."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

GIB = 2**30
HALF = torch.float16
PROCESSOR = torch.device("cpu")


def pick_device() -> torch.device:
    """The fastest available device: CUDA, then Apple's GPU, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def pick_dtype(device: torch.device) -> torch.dtype:
    """The number format for the networks: half precision where the hardware supports it well."""
    return HALF if device.type == "cuda" else torch.float32


@dataclass(frozen=True)
class DeviceInfo:
    """The description of a device: its `name`, `kind` (cuda, mps, cpu), memory in GiB, and number format."""

    name: str
    kind: str
    memory_gb: float
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}, {self.memory_gb:.1f} GiB, {self.dtype})"


def describe(device: torch.device) -> DeviceInfo:
    """Describe a device; a CPU has the machine's memory."""
    dtype = str(pick_dtype(device)).removeprefix("torch.")
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return DeviceInfo(properties.name, "cuda", properties.total_memory / GIB, dtype)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    name = f"{platform.machine()}, {os.cpu_count()} cores"
    return DeviceInfo(name, device.type, memory, dtype)


def seed_fresh_weights(seed: int) -> None:
    """Seed the initialization of networks that are built next."""
    torch.manual_seed(seed)


def free_memory(device: torch.device) -> int:
    """The bytes that a run may use: on a GPU what is free, and what this process has reserved but not allocated."""
    if device.type == "cuda":
        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + idle
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def has_own_memory(device: torch.device) -> bool:
    """Whether offloading frees memory of the device: CPUs and Apple's GPUs use the machine's memory."""
    return device.type == "cuda"


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a run failed because a device was out of memory."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def give_back_memory(device: torch.device) -> None:
    """Release what a GPU's allocator has cached."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def peak_memory_mb() -> float:
    """The peak memory of this process so far, in MiB."""
    return peak_memory_of(resource.getrusage(resource.RUSAGE_SELF)) / 2**20


def peak_memory_of(usage: resource.struct_rusage) -> int:
    """The peak memory, in bytes, in a process's resource usage."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)  # macOS counts bytes, Linux KiB


class NoiseSource:
    """Gaussian noise that depends only on the seed and the order of the draws.

    It is drawn in float32 on the CPU, then moved: a seed gives the same noise on every device and in every number
    format.
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def draw(self, shape: Sequence[int], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        """The next standard normal noise of `shape`."""
        return torch.randn(tuple(shape), generator=self._generator).to(device, dtype)

    def choose(self, count: int) -> int:
        """One of the numbers 0 … `count` − 1."""
        return int(torch.randint(count, (1,), generator=self._generator))
