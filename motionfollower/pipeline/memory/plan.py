"""Plan an edit for the available memory: the fastest strategy that fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from motionfollower.core.config import SamplerSettings
from motionfollower.pipeline.memory.estimate import MemoryQuery, PeakMemory, estimate_peak_memory
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from preprocess.warnings import ClipWarning, WarningCode

SMALL_WINDOWS = (16, 8, 4)  # frames
FEED_FORWARD_CHUNKS = 8
"""More chunks save little more."""

SMALLEST = MemoryStrategy(checkpointing=True, feed_forward_chunks=FEED_FORWARD_CHUNKS)
EXACT_STRATEGIES = (MemoryStrategy(), MemoryStrategy(checkpointing=True), SMALLEST)
"""Strategies with the same result, the fastest first."""

MEMORY_FRACTION = 0.9
"""The fraction of the free memory that a plan may fill: allocators round up, and kernels need workspace."""

GB = 1e9  # bytes


@dataclass(frozen=True)
class MemoryPlan:
    """How an edit runs: by a `strategy`, with `window` frames at once; `is_whole` where that is the window asked for.

    `estimate` is the memory that this is expected to take, and `fits` whether it is available.
    """

    strategy: MemoryStrategy
    window: int
    is_whole: bool
    estimate: PeakMemory
    fits: bool

    def applied(self, settings: SamplerSettings) -> SamplerSettings:
        """The settings of a run under this plan."""
        return settings if self.is_whole else _with_window(settings, self.window)

    def runs_like(self, other: MemoryPlan) -> bool:
        """Whether two plans lead to the same run."""
        return (self.strategy, self.window) == (other.strategy, other.window)

    def text(self, query: MemoryQuery, available: int) -> str:
        """One line: "24 × 512×512: about 11 GB, fits in 16 GB (24 frames at once)"."""
        width, height = query.size
        details = [*self.strategy.describe(), f"{self.window} frames at once"]
        verdict = "fits in" if self.fits else "may not fit in"
        return (
            f"{query.frames} × {width}×{height}: about {self.estimate.peak / GB:.1f} GB, "
            f"{verdict} {available / GB:.1f} GB ({', '.join(details)})"
        )

    def warnings(self) -> tuple[ClipWarning, ...]:
        """A warning for each measure that changes the result slightly."""
        window = ClipWarning(WarningCode.SMALLER_WINDOW, values={"window": self.window})
        tiles = ClipWarning(WarningCode.TILED_DECODING)
        return (*([window] * (not self.is_whole)), *([tiles] * self.strategy.tiles))


def choose_plan(query: MemoryQuery, available: int, *, can_offload: bool) -> MemoryPlan:
    """The first plan that fits into the `available` bytes, or else the last one."""
    for plan in plans(query, available, can_offload=can_offload):
        if plan.fits:
            break
    return plan


def plans(query: MemoryQuery, available: int, *, can_offload: bool) -> Iterator[MemoryPlan]:
    """The plans for an edit, the fastest first; measures that change the result slightly come last.

    Offloading takes less time than recomputing layers. Tiles are used where decoding is what does not fit.
    """
    whole = min(query.frames, query.settings.window)
    for window, strategy in _candidates(whole, can_offload=can_offload):
        settings = query.settings if window == whole else _with_window(query.settings, window)
        windowed = replace(query, settings=settings)
        limit, estimate = MEMORY_FRACTION * available, estimate_peak_memory(windowed, strategy)
        if estimate.decoding > limit and strategy.offloads == can_offload and _has_tiles(query):
            strategy = replace(strategy, tiles=True)
            estimate = estimate_peak_memory(windowed, strategy)
        yield MemoryPlan(strategy, window, window == whole, estimate, estimate.peak <= limit)


def _candidates(whole: int, *, can_offload: bool) -> Iterator[tuple[int, MemoryStrategy]]:
    """Windows and strategies, the fastest first; smaller windows come last, as they change the result."""
    for strategy in EXACT_STRATEGIES:
        yield whole, strategy
        if can_offload:
            yield whole, replace(strategy, offloads=True)
    for window in SMALL_WINDOWS:
        if window < whole:
            yield window, replace(SMALLEST, offloads=can_offload)


def _has_tiles(query: MemoryQuery) -> bool:
    """Whether images are larger than the codec's tiles, if it has any."""
    tile = query.config.codec.tile
    return tile is not None and max(query.size) > tile


def _with_window(settings: SamplerSettings, window: int) -> SamplerSettings:
    return replace(settings, window=window, overlap=min(settings.overlap, window // 4))
