"""The benches: FLOPs that are those of real runs and of the released code, and the report of an edit."""

import json
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.research.evaluation.flop_counter import FlopSubject, count_flops
from motionfollower.research.evaluation.flops import GOAL, PRESET_GOALS, Comparison, Counted, FlopReport, compare
from motionfollower.research.evaluation.released import take_the_long_way
from motionfollower.research.evaluation.speed import EditCost, measure_speed
from motionfollower.sampling.sampler import sample
from tests.sampling.tiny import CHANNELS, SIZE, tiny_networks

TERA = 10**12


@pytest.mark.parametrize(
    "settings",
    [
        SamplerSettings(steps=14),  # of which one is taken three times
        SamplerSettings(steps=14, camera=True),
        SamplerSettings(steps=5, cfg_scale=1, guidance=GuidanceSettings(scale=0)),
        SamplerSettings(steps=14, camera=True, cfg_span=(0.1, 0.8), reuse=2, guidance=GuidanceSettings(every=2)),
    ],
    ids=["camera off", "camera on", "no guidance", "with every saving"],
)
def test_our_count_is_that_of_a_real_run(settings: SamplerSettings):
    subject = FlopSubject(tiny_networks(), torch.zeros(1, 3, 2, 32, 48))
    conditioning = subject.conditioning()
    real = count_flops(lambda: list(sample(subject.networks, conditioning, settings, SIZE)))
    assert sum(part.total for part in Counted(subject).sampler_parts(settings)) == real


def test_the_long_way_leads_to_the_same_numbers():
    short, long = tiny_networks().unet, tiny_networks().unet
    take_the_long_way(long)
    subject = FlopSubject(tiny_networks(), torch.rand(1, 3, 2, 32, 48, generator=torch.Generator().manual_seed(4)))
    given, latents = (
        subject.conditioning(),
        torch.randn(1, CHANNELS, 2, *SIZE, generator=torch.Generator().manual_seed(5)),
    )

    def through(unet: torch.nn.Module) -> Tensor:
        return unet(latents, 499, given.image_embeds, given.target_pose, given.appearance)

    torch.testing.assert_close(through(short), through(long), rtol=1e-4, atol=1e-4)
    assert count_flops(lambda: through(long)) > count_flops(lambda: through(short))


@pytest.fixture(scope="module")
def full_size() -> Comparison:
    """Camera mode is where the least is spared."""
    return compare(camera=True)


def test_the_released_side_is_what_was_counted_on_the_released_code(full_size: Comparison):
    """27.9 TFLOP a pass with its appearance features; 7.3 PFLOP all passes of an edit without camera mode."""
    parts = {part.name: part for part in full_size.released}
    one_pass = parts["reconstruction"].flops + parts["appearance controller"].flops
    assert one_pass / TERA == pytest.approx(27.9, abs=0.05)
    extra = parts["edit, both halves of CFG, injected"]
    injection = extra.calls * (extra.flops - parts["edit, both halves of CFG"].flops)
    around = parts["image encoder"].total + parts["pose controller"].total + parts["decoder"].total
    total = sum(part.total for part in full_size.released)
    assert (total - injection - around) / 1000 / TERA == pytest.approx(7.3, abs=0.05)


def test_the_goals_are_reached_at_full_size(full_size: Comparison):
    assert full_size.ratio <= GOAL
    assert all(full_size.share(preset) <= goal for preset, goal in PRESET_GOALS.items())


def test_the_report_says_what_was_counted(full_size: Comparison):
    work = FlopReport((replace(full_size, camera=False, released=full_size.released[:2]), full_size))
    text = work.text()
    assert (text.count("reached"), text.count("missed")) == (7, 1)
    assert f"ratio {full_size.ratio:.3f}" in text
    assert "appearance controller" in text
    figures = json.loads(json.dumps(work.figures()))
    assert figures["camera on"]["ratio"] == full_size.ratio
    assert figures["flops_ratio"] == figures["camera off"]["ratio"] > full_size.ratio
    assert figures["camera on"]["ours"][0]["calls"] == full_size.ours[0].calls
    assert figures["camera on"]["presets"]["draft"] == full_size.share("draft")


@pytest.fixture(scope="module")
def small_edit() -> EditCost:
    return measure_speed(frames=2, steps=1)


def test_a_bundled_clip_is_edited_and_measured(small_edit: EditCost):
    assert {"source poses", "puppet", "sampling"} <= small_edit.stages.keys()
    assert 0 < sum(small_edit.stages.values()) < small_edit.seconds
    assert 0.2 < small_edit.peak_memory_gb < 4


def test_the_report_of_an_edit_names_every_stage(small_edit: EditCost):
    lines = small_edit.text().splitlines()
    assert all(
        any(line.split()[: len(stage.split())] == stage.split() for line in lines) for stage in small_edit.stages
    )
