"""How to run an edit in the memory that there is: the fastest way that fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from motionfollower.core.config import SamplerSettings
from motionfollower.models.config import KLCodecConfig
from motionfollower.pipeline.memory.estimate import MemoryQuery, PeakMemory, estimate_peak_memory
from motionfollower.pipeline.memory.strategy import MemoryStrategy

SMALL_WINDOWS = (16, 8, 4)
CHUNKS = 8
"""Of the feed-forwards, where their memory counts: more of them save little more."""

THRIFTIEST = MemoryStrategy(checkpoints=True, chunks=CHUNKS)
ALL_AT_ONCE = (MemoryStrategy(), MemoryStrategy(checkpoints=True), THRIFTIEST)
"""The ways to compute the same, the fastest first."""

MEMORY_FRACTION = 0.9
"""The share of the free memory that a plan may fill: allocators round up, and kernels want room to work."""

GB = 1e9


@dataclass(frozen=True)
class MemoryPlan:
    """How an edit runs: in a `way`, `window` frames at once. `is_whole` where these are as many as were asked for."""

    way: MemoryStrategy
    window: int
    is_whole: bool
    needs: PeakMemory
    fits: bool

    def applied(self, settings: SamplerSettings) -> SamplerSettings:
        """The settings of a run by this plan."""
        return settings if self.is_whole else _in_windows(settings, self.window)

    def is_run_as(self, other: MemoryPlan) -> bool:
        """Whether two plans come to the same run."""
        return (self.way, self.window) == (other.way, other.window)

    def text(self, job: MemoryQuery, available: int) -> str:
        """One line for people: "24 × 512×512: about 11 GB, fits in 16 GB"."""
        width, height = job.size
        means = [*self.way.words(), f"{self.window} frames at once"]
        verdict = "fits in" if self.fits else "may not fit in"
        return (
            f"{job.frames} × {width}×{height}: about {self.needs.peak / GB:.1f} GB, "
            f"{verdict} {available / GB:.1f} GB ({', '.join(means)})"
        )

    def changes(self) -> list[str]:
        """A sentence for each thing that changes the result a little."""
        windows = f"Memory held {self.window} frames at once, so the clip was edited in windows."
        tiles = "Memory held no whole pictures, so they were decoded in tiles."
        return [*([windows] * (not self.is_whole)), *([tiles] * self.way.tiles)]


def choose_plan(job: MemoryQuery, available: int, *, can_offload: bool) -> MemoryPlan:
    """The first plan that fits into the `available` bytes, or else the last one."""
    for plan in plans(job, available, can_offload=can_offload):
        if plan.fits:
            break
    return plan


def plans(job: MemoryQuery, available: int, *, can_offload: bool) -> Iterator[MemoryPlan]:
    """The plans for an edit, the fastest first; what changes the result a little comes where nothing else helps.

    To move networks takes less time than to compute layers twice. Tiles are taken where decoding is what doesn't fit.
    """
    whole = min(job.frames, job.settings.window)
    for window, way in _runs(whole, can_offload=can_offload):
        settings = job.settings if window == whole else _in_windows(job.settings, window)
        windowed = replace(job, settings=settings)
        limit, needs = MEMORY_FRACTION * available, estimate_peak_memory(windowed, way)
        if needs.decoding > limit and way.offloads == can_offload and _has_tiles(job):
            way = replace(way, tiles=True)
            needs = estimate_peak_memory(windowed, way)
        yield MemoryPlan(way, window, window == whole, needs, needs.peak <= limit)


def _runs(whole: int, *, can_offload: bool) -> Iterator[tuple[int, MemoryStrategy]]:
    """Windows and the ways to run them, the fastest first; smaller windows come last, as they change the result."""
    for way in ALL_AT_ONCE:
        yield whole, way
        if can_offload:
            yield whole, replace(way, offloads=True)
    for window in SMALL_WINDOWS:
        if window < whole:
            yield window, replace(THRIFTIEST, offloads=can_offload)


def _has_tiles(job: MemoryQuery) -> bool:
    """Whether pictures are larger than the codec's tiles, where it has any."""
    codec = job.config.codec
    return isinstance(codec, KLCodecConfig) and max(job.size) > codec.tile


def _in_windows(settings: SamplerSettings, window: int) -> SamplerSettings:
    return replace(settings, window=window, overlap=min(settings.overlap, window // 4))
