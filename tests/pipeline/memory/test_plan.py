"""Memory is estimated on fake tensors as it is held by real ones; a run that does not fit is retried once."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.core.device import is_out_of_memory
from motionfollower.core.errors import MemoryLimitError
from motionfollower.core.events import Event, StageStarted
from motionfollower.core.messages import messages
from motionfollower.pipeline.memory.estimate import (
    MemoryQuery,
    PeakMemory,
    PeakMemoryTracker,
    _trace_query,
    estimate_peak_memory,
    trace_memory,
)
from motionfollower.pipeline.memory.plan import SMALLEST, MemoryPlan, choose_plan, plans
from motionfollower.pipeline.memory.retry import run_with_memory_plan
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from preprocess.warnings import WarningCode
from tests.jobs import stages
from tests.pipeline.tiny_full import QUERY as FULL_QUERY
from tests.pipeline.tiny_full import tiny_full_networks
from tests.sampling.tiny import CONFIG, tiny_networks

SETTINGS = SamplerSettings(steps=5, cfg_scale=1, camera=True)
QUERY = MemoryQuery(CONFIG, 6, (96, 64), torch.float32, SETTINGS)
SHORT = replace(FULL_QUERY, frames=2)
WIDE = replace(
    FULL_QUERY,
    frames=2,
    config=replace(FULL_QUERY.config, codec=replace(FULL_QUERY.config.codec, channels=(64, 64, 64))),
    settings=replace(SETTINGS, camera=False, guidance=replace(SETTINGS.guidance, scale=0)),
)


def test_the_tracker_counts_live_tensors_and_no_views():
    held = torch.zeros(100)
    with PeakMemoryTracker([held]) as tracker:
        assert tracker.now == 400
        doubled = held * 2
        view = doubled.view(10, 10)
        assert tracker.now == 800
        del doubled
        assert tracker.now == 800
        del view
    assert (tracker.now, tracker.peak) == (400, 800)


def test_the_estimate_is_the_memory_of_a_real_run():
    """The real one holds a few more numbers: random draws and measurements are not traced on fake tensors."""
    estimated, real = estimate_peak_memory(QUERY), trace_memory(tiny_networks(), QUERY)
    assert estimated.weights == real.weights
    for stage in ("encoding", "sampling", "decoding"):
        assert getattr(estimated, stage) == pytest.approx(getattr(real, stage), rel=0.02), stage


def test_cached_features_are_counted():
    reusing = replace(QUERY, settings=replace(SETTINGS, reuse=2))
    estimated, real = estimate_peak_memory(reusing), trace_memory(tiny_networks(), reusing)
    assert estimated.sampling == pytest.approx(real.sampling, rel=0.02)
    assert estimated.sampling > estimate_peak_memory(QUERY).sampling


@pytest.mark.slow
def test_each_plan_needs_less_than_the_one_before():
    peaks = [plan.estimate.sampling for plan in plans(QUERY, available=0, can_offload=False)]
    assert peaks == sorted(peaks, reverse=True)
    assert len(set(peaks)) == len(peaks) == 4  # plain; checkpointing; chunks; windows of 4


def test_chunked_feed_forwards_are_counted():
    networks, strategy = tiny_networks(), MemoryStrategy(checkpointing=True, feed_forward_chunks=2)
    strategy.apply(networks)
    estimated = estimate_peak_memory(QUERY, strategy)
    assert estimated.sampling == pytest.approx(trace_memory(networks, QUERY).sampling, rel=0.02)
    assert estimated.sampling < estimate_peak_memory(QUERY, MemoryStrategy(checkpointing=True)).sampling


def test_tiled_decoding_is_counted():
    networks, strategy = tiny_full_networks(), MemoryStrategy(tiles=True)
    strategy.apply(networks)
    estimated, whole = estimate_peak_memory(FULL_QUERY, strategy), estimate_peak_memory(FULL_QUERY)
    assert estimated.decoding == pytest.approx(trace_memory(networks, FULL_QUERY).decoding, rel=0.02)
    assert estimated.decoding < whole.decoding
    assert replace(estimated, decoding=whole.decoding) == whole


@pytest.mark.slow
def test_offloading_comes_before_recomputation():
    """With a codec that fits, on a GPU: each strategy first with all networks on the device, then with offloading."""
    available = 2 * estimate_peak_memory(FULL_QUERY).decoding
    strategies = [(plan.strategy, plan.window) for plan in plans(FULL_QUERY, available, can_offload=True)]
    exact = [MemoryStrategy(), MemoryStrategy(checkpointing=True), SMALLEST]
    assert strategies == [
        *((replace(strategy, offloads=offloads), 6) for strategy in exact for offloads in (False, True)),
        (replace(SMALLEST, offloads=True), 4),
    ]


def test_idle_networks_are_offloaded_where_that_is_enough():
    plain, offloaded = (estimate_peak_memory(SHORT, MemoryStrategy(offloads=is_on)).peak for is_on in (False, True))
    available = round((plain + offloaded) / 2 / 0.9)
    assert choose_plan(SHORT, available, can_offload=True).strategy == MemoryStrategy(offloads=True)
    assert choose_plan(SHORT, available, can_offload=False).strategy == MemoryStrategy(checkpointing=True)


def test_tiles_are_used_where_decoding_does_not_fit():
    """A wide codec needs more than the sampler: tiles are used where no exact strategy fits."""
    for can_offload in (False, True):
        needs = estimate_peak_memory(WIDE, MemoryStrategy(offloads=can_offload))
        assert needs.decoding > needs.sampling
        plan = choose_plan(WIDE, round(needs.decoding), can_offload=can_offload)
        assert (plan.fits, plan.strategy) == (True, MemoryStrategy(offloads=can_offload, tiles=True))
        exact = choose_plan(WIDE, round(needs.decoding / 0.89), can_offload=can_offload)
        assert (exact.fits, exact.strategy.tiles) == (True, False)


def test_images_within_a_tile_are_not_tiled():
    small = replace(SHORT, size=(32, 32))
    assert not next(plans(small, available=0, can_offload=False)).strategy.tiles
    assert next(plans(SHORT, available=0, can_offload=False)).strategy.tiles


def test_the_text_describes_the_plan():
    plan = MemoryPlan(MemoryStrategy(checkpointing=True), 16, True, PeakMemory(3, 5, 11 * 10**9, 7), fits=True)
    assert plan.text(QUERY, 16 * 10**9) == (
        "6 × 96×64: about 11.0 GB, fits in 16.0 GB (gradient checkpointing, 16 frames at once)"
    )
    everything = replace(plan, strategy=replace(SMALLEST, offloads=True, tiles=True))
    measures = (
        "idle networks off the GPU, gradient checkpointing, chunked feed-forwards, tiled decoding, 16 frames at once"
    )
    assert f"({measures})" in everything.text(QUERY, 0)
    assert "may not fit in 8.0 GB" in replace(plan, fits=False).text(QUERY, 8 * 10**9)


def test_measures_that_change_the_result_have_a_warning():
    plan = MemoryPlan(replace(SMALLEST, offloads=True), 16, True, PeakMemory(3, 5, 11, 7), fits=True)
    assert plan.warnings() == ()
    changed = replace(plan, window=4, is_whole=False, strategy=MemoryStrategy(tiles=True)).warnings()
    assert [warning.code for warning in changed] == [WarningCode.SMALLER_WINDOW, WarningCode.TILED_DECODING]
    assert messages(changed) == (
        "Memory was short: the clip was edited in windows of 4 frames.",
        "Memory was short: images were decoded in tiles.",
    )


def test_plans_that_run_alike_have_one_strategy_and_window():
    plan = MemoryPlan(SMALLEST, 4, False, PeakMemory(3, 5, 11, 7), fits=True)
    assert plan.runs_like(replace(plan, estimate=PeakMemory(1, 1, 1, 1), fits=False))
    assert not plan.runs_like(replace(plan, window=8))
    assert not plan.runs_like(replace(plan, strategy=MemoryStrategy()))


def test_a_seed_does_not_change_the_estimate():
    """A query that differs only in what memory does not depend on is answered from the cache."""
    first = estimate_peak_memory(QUERY)
    before = _trace_query.cache_info()
    for change in ({"seed": 7}, {"seed": 2**40, "noise_eta": 0.1}, {"guidance": GuidanceSettings(body=2.0)}):
        other = replace(QUERY, settings=replace(SETTINGS, **change))
        assert other != QUERY
        assert other.canonical() == QUERY.canonical()
        assert estimate_peak_memory(other) == first
    after = _trace_query.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)


@pytest.mark.parametrize(
    "change", [{"guidance": GuidanceSettings(scale=0.0)}, {"reuse": 2}, {"window": 4, "overlap": 1}, {"camera": False}]
)
def test_settings_that_change_the_memory_are_estimated_separately(change: dict[str, object]):
    other = replace(QUERY, settings=replace(SETTINGS, **change))
    assert other.canonical() != QUERY.canonical()


def test_smaller_windows_have_less_overlap():
    plan = MemoryPlan(SMALLEST, 4, False, PeakMemory(3, 5, 11, 7), fits=True)
    assert plan.applied(SETTINGS) == replace(SETTINGS, window=4, overlap=1)


def run_planned(run: Callable[[SamplerSettings], str]) -> tuple[list[str], str, MemoryPlan]:
    """The notes of a run under a memory plan, its result, and the plan."""
    events: list[Event] = []
    result, plan = run_with_memory_plan(QUERY, tiny_networks(), torch.empty(0).device, run, events.append)
    assert stages(events) == ["plan memory"] * len(events)
    return [event.note for event in events if isinstance(event, StageStarted) and event.note], result, plan


class OutOfMemory:
    """A run that asks for more memory than there is, the first `times`."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls: list[SamplerSettings] = []

    def __call__(self, settings: SamplerSettings) -> str:
        self.calls.append(settings)
        if len(self.calls) <= self.times:
            torch.empty(2**58)
        return "done"


def test_a_run_that_fits_is_not_changed():
    run = OutOfMemory(0)
    notes, result, plan = run_planned(run)
    assert (result, run.calls) == ("done", [SETTINGS])
    assert (plan.strategy, len(notes)) == (MemoryStrategy(), 1)


def test_a_run_out_of_memory_is_retried_with_less():
    run = OutOfMemory(1)
    notes, result, plan = run_planned(run)
    assert (result, run.calls) == ("done", [SETTINGS, SETTINGS])
    assert plan.strategy == MemoryStrategy(checkpointing=True)
    assert plan.estimate.peak < 0.9 * estimate_peak_memory(QUERY).peak
    assert "gradient checkpointing" in notes[1]


def test_a_run_that_never_fits_is_an_error_that_says_what_to_do():
    run = OutOfMemory(2)
    with pytest.raises(MemoryLimitError, match=r"Out of memory: 6 × 96×64: .*Use fewer frames"):
        run_planned(run)
    assert len(run.calls) == 2


def test_other_errors_are_raised():
    def run(settings: SamplerSettings) -> str:
        raise RuntimeError("shapes don't match")

    with pytest.raises(RuntimeError, match="shapes"):
        run_planned(run)


def test_an_allocation_that_fails_is_recognised():
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**58)
    assert is_out_of_memory(error.value)
