"""Planning memory: what is counted without memory is what is held, and a run that doesn't fit is tried once more."""

from collections.abc import Generator
from dataclasses import replace

import pytest
import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import is_out_of_memory
from motionfollower.core.errors import MemoryLimitError
from motionfollower.core.events import Event, StageStarted
from motionfollower.pipeline.memory.estimate import (
    MemoryQuery,
    PeakMemory,
    PeakMemoryTracker,
    estimate_peak_memory,
    trace_memory,
)
from motionfollower.pipeline.memory.plan import THRIFTIEST, MemoryPlan, choose_plan, plans
from motionfollower.pipeline.memory.retry import run_with_memory_plan
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from tests.pipeline.tiny_full import JOB as FULL_JOB
from tests.pipeline.tiny_full import tiny_full_networks
from tests.sampling.tiny import CONFIG, tiny_networks

SETTINGS = SamplerSettings(steps=5, cfg_scale=1, camera=True)
JOB = MemoryQuery(CONFIG, 6, (96, 64), torch.float32, SETTINGS)
SHORT = replace(FULL_JOB, frames=2)
WIDE = replace(
    FULL_JOB,
    frames=2,
    config=replace(FULL_JOB.config, codec=replace(FULL_JOB.config.codec, channels=(64, 64, 64))),
    settings=replace(SETTINGS, camera=False, guidance=replace(SETTINGS.guidance, scale=0)),
)


def test_live_bytes_follow_tensors_and_not_views():
    known = torch.zeros(100)
    with PeakMemoryTracker([known]) as counter:
        assert counter.now == 400
        doubled = known * 2
        view = doubled.view(10, 10)
        assert counter.now == 800
        del doubled
        assert counter.now == 800
        del view
    assert (counter.now, counter.peak) == (400, 800)


def test_a_rehearsal_counts_what_a_real_run_holds():
    """The real one has a few numbers more: what is random or measured isn't gone through without memory."""
    rehearsed, real = estimate_peak_memory(JOB), trace_memory(tiny_networks(), JOB)
    assert rehearsed.weights == real.weights
    for stage in ("encoding", "sampling", "decoding"):
        assert getattr(rehearsed, stage) == pytest.approx(getattr(real, stage), rel=0.02), stage


def test_what_is_kept_for_reuse_is_counted():
    reusing = replace(JOB, settings=replace(SETTINGS, reuse=2))
    rehearsed, real = estimate_peak_memory(reusing), trace_memory(tiny_networks(), reusing)
    assert rehearsed.sampling == pytest.approx(real.sampling, rel=0.02)
    assert rehearsed.sampling > estimate_peak_memory(JOB).sampling


def test_plans_need_less_and_less():
    peaks = [plan.needs.sampling for plan in plans(JOB, available=0, can_offload=False)]
    assert peaks == sorted(peaks, reverse=True)
    assert len(set(peaks)) == len(peaks) == 4  # whole; computed twice; in chunks; windows of 4


def test_chunks_are_counted():
    networks, way = tiny_networks(), MemoryStrategy(checkpoints=True, chunks=2)
    way.set_up(networks)
    rehearsed = estimate_peak_memory(JOB, way)
    assert rehearsed.sampling == pytest.approx(trace_memory(networks, JOB).sampling, rel=0.02)
    assert rehearsed.sampling < estimate_peak_memory(JOB, MemoryStrategy(checkpoints=True)).sampling


def test_tiles_are_counted():
    networks, way = tiny_full_networks(), MemoryStrategy(tiles=True)
    way.set_up(networks)
    rehearsed, whole = estimate_peak_memory(FULL_JOB, way), estimate_peak_memory(FULL_JOB)
    assert rehearsed.decoding == pytest.approx(trace_memory(networks, FULL_JOB).decoding, rel=0.02)
    assert rehearsed.decoding < whole.decoding
    assert replace(rehearsed, decoding=whole.decoding) == whole


def test_to_move_networks_comes_before_work():
    """With a codec that fits, the ways of a GPU: each with all at hand first, then with the idle ones away."""
    available = 2 * estimate_peak_memory(FULL_JOB).decoding
    ways = [(plan.way, plan.window) for plan in plans(FULL_JOB, available, can_offload=True)]
    exact = [MemoryStrategy(), MemoryStrategy(checkpoints=True), THRIFTIEST]
    assert ways == [
        *((replace(way, offloads=away), 6) for way in exact for away in (False, True)),
        (replace(THRIFTIEST, offloads=True), 4),
    ]


def test_idle_networks_leave_where_that_is_enough():
    whole, moved = (estimate_peak_memory(SHORT, MemoryStrategy(offloads=away)).peak for away in (False, True))
    available = round((whole + moved) / 2 / 0.9)
    assert choose_plan(SHORT, available, can_offload=True).way == MemoryStrategy(offloads=True)
    assert choose_plan(SHORT, available, can_offload=False).way == MemoryStrategy(checkpoints=True)


def test_tiles_are_for_decoding_that_does_not_fit():
    """A wide codec holds more than the sampler does: tiles come into play, after what is exact."""
    for can_offload in (False, True):
        needs = estimate_peak_memory(WIDE, MemoryStrategy(offloads=can_offload))
        assert needs.decoding > needs.sampling
        plan = choose_plan(WIDE, round(needs.decoding), can_offload=can_offload)
        assert (plan.fits, plan.way) == (True, MemoryStrategy(offloads=can_offload, tiles=True))
        exact = choose_plan(WIDE, round(needs.decoding / 0.89), can_offload=can_offload)
        assert (exact.fits, exact.way.tiles) == (True, False)


def test_pictures_within_a_tile_are_not_cut():
    small = replace(SHORT, size=(32, 32))
    assert not next(plans(small, available=0, can_offload=False)).way.tiles
    assert next(plans(SHORT, available=0, can_offload=False)).way.tiles


def test_the_text_is_for_people():
    plan = MemoryPlan(MemoryStrategy(checkpoints=True), 16, True, PeakMemory(3, 5, 11 * 10**9, 7), fits=True)
    assert plan.text(JOB, 16 * 10**9) == (
        "6 × 96×64: about 11.0 GB, fits in 16.0 GB (layers computed twice, 16 frames at once)"
    )
    everything = replace(plan, way=replace(THRIFTIEST, offloads=True, tiles=True))
    means = "idle networks off the GPU, layers computed twice, in chunks, pictures in tiles, 16 frames at once"
    assert f"({means})" in everything.text(JOB, 0)
    assert "may not fit in 8.0 GB" in replace(plan, fits=False).text(JOB, 8 * 10**9)


def test_what_changes_the_result_is_said():
    plan = MemoryPlan(replace(THRIFTIEST, offloads=True), 16, True, PeakMemory(3, 5, 11, 7), fits=True)
    assert plan.changes() == []
    changed = replace(plan, window=4, is_whole=False, way=MemoryStrategy(tiles=True)).changes()
    assert [sentence.split(" so ")[1] for sentence in changed] == [
        "the clip was edited in windows.",
        "they were decoded in tiles.",
    ]


def test_smaller_windows_overlap_less():
    plan = MemoryPlan(THRIFTIEST, 4, False, PeakMemory(3, 5, 11, 7), fits=True)
    assert plan.applied(SETTINGS) == replace(SETTINGS, window=4, overlap=1)


def fit(run: object) -> tuple[list[str], tuple[object, MemoryPlan]]:
    """The notes of a run in memory, what it returns, and by which plan."""
    events = run_with_memory_plan(JOB, tiny_networks(), torch.empty(0).device, run)
    notes = []
    while True:
        try:
            event = next(events)
        except StopIteration as stop:
            return notes, stop.value
        if isinstance(event, StageStarted) and event.note:
            notes.append(event.note)


class Hungry:
    """A run that asks for more memory than there is, the first `times`."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.seen: list[SamplerSettings] = []

    def __call__(self, settings: SamplerSettings) -> Generator[Event, None, str]:
        self.seen.append(settings)
        if len(self.seen) <= self.times:
            torch.empty(2**58)
        yield StageStarted("sampling")
        return "done"


def test_a_run_that_fits_is_run_as_it_is():
    run = Hungry(0)
    notes, (outcome, plan) = fit(run)
    assert (outcome, run.seen) == ("done", [SETTINGS])
    assert (plan.way, len(notes)) == (MemoryStrategy(), 1)


def test_a_run_out_of_memory_is_tried_once_more_with_less():
    run = Hungry(1)
    notes, (outcome, plan) = fit(run)
    assert (outcome, run.seen) == ("done", [SETTINGS, SETTINGS])
    assert plan.way == MemoryStrategy(checkpoints=True)
    assert plan.needs.peak < 0.9 * estimate_peak_memory(JOB).peak
    assert "layers computed twice" in notes[1]


def test_a_run_that_never_fits_says_what_to_do():
    with pytest.raises(MemoryLimitError, match=r"Memory ran out: 6 × 96×64: .*Take fewer frames"):
        fit(Hungry(2))


def test_other_errors_pass():
    def run(settings: SamplerSettings) -> Generator[Event, None, str]:
        yield StageStarted("sampling")
        raise RuntimeError("shapes don't match")

    with pytest.raises(RuntimeError, match="shapes"):
        fit(run)


def test_a_full_memory_is_known():
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**58)
    assert is_out_of_memory(error.value)
