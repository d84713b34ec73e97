"""Planning memory: what is counted without memory is what is held, and a run that doesn't fit is tried once more."""

from collections.abc import Generator
from dataclasses import replace

import pytest
import torch

from motionfollower.device import is_out_of_memory
from motionfollower.errors import MemoryLimitError
from motionfollower.fitting import run_in_memory
from motionfollower.planner import Job, MemoryPlan, Needs, go_through, plans, rehearse
from motionfollower.rehearsal import LiveBytes
from motionfollower.settings import SamplerSettings
from motionfollower.types import Event, StageStarted
from tests.sampler.tiny import CONFIG, tiny_networks

SETTINGS = SamplerSettings(steps=5, cfg_scale=1, camera=True)
JOB = Job(CONFIG, 6, (96, 64), torch.float32, SETTINGS)


def test_live_bytes_follow_tensors_and_not_views():
    known = torch.zeros(100)
    with LiveBytes([known]) as counter:
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
    rehearsed, real = rehearse(JOB, checkpoints=False), go_through(tiny_networks(), JOB)
    assert rehearsed.weights == real.weights
    for stage in ("encoding", "sampling", "decoding"):
        assert getattr(rehearsed, stage) == pytest.approx(getattr(real, stage), rel=0.02), stage


def test_what_is_kept_for_reuse_is_counted():
    reusing = replace(JOB, settings=replace(SETTINGS, reuse=2))
    rehearsed, real = rehearse(reusing, checkpoints=False), go_through(tiny_networks(), reusing)
    assert rehearsed.sampling == pytest.approx(real.sampling, rel=0.02)
    assert rehearsed.sampling > rehearse(JOB, checkpoints=False).sampling


def test_plans_need_less_and_less():
    peaks = [plan.needs.sampling for plan in plans(JOB, available=0)]
    assert peaks == sorted(peaks, reverse=True)
    assert len(set(peaks)) == len(peaks) == 4  # whole; computed twice; in chunks; windows of 4


def test_chunks_are_counted():
    networks = tiny_networks()
    networks.unet.use_checkpointing = True
    networks.unet.split_feed_forwards(2)
    rehearsed = rehearse(JOB, checkpoints=True, chunks=2)
    assert rehearsed.sampling == pytest.approx(go_through(networks, JOB).sampling, rel=0.02)
    assert rehearsed.sampling < rehearse(JOB, checkpoints=True).sampling


def test_the_text_is_for_people():
    plan = MemoryPlan(True, 16, True, Needs(3, 5, 11 * 10**9, 7), fits=True)
    assert plan.text(JOB, 16 * 10**9) == (
        "6 × 96×64: about 11.0 GB, fits in 16.0 GB (layers computed twice, 16 frames at once)"
    )
    assert "(layers computed twice, in chunks, 16 frames" in replace(plan, chunks=8).text(JOB, 0)
    assert "may not fit in 8.0 GB" in replace(plan, fits=False).text(JOB, 8 * 10**9)


def test_smaller_windows_overlap_less():
    plan = MemoryPlan(True, 4, False, Needs(3, 5, 11, 7), fits=True)
    assert plan.applied(SETTINGS) == replace(SETTINGS, window=4, overlap=1)


def fit(run: object) -> tuple[list[str], object]:
    """The notes of a run in memory, and what it returns."""
    events = run_in_memory(JOB, tiny_networks(), torch.empty(0).device, run)
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
    notes, outcome = fit(run)
    assert outcome == ("done", SETTINGS)
    assert len(notes) == 1


def test_a_run_out_of_memory_is_tried_once_more_with_less():
    notes, outcome = fit(Hungry(1))
    assert outcome == ("done", SETTINGS)
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
