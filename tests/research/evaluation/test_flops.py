"""FLOPs against real runs and the released code, and the benchmark of a whole edit."""

import json
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.research.evaluation.flop_counter import FlopSubject, count_flops
from motionfollower.research.evaluation.flops import GOAL, PRESET_GOALS, Comparison, EditFlops, FlopReport, compare
from motionfollower.research.evaluation.released import use_released_layers
from motionfollower.research.evaluation.speed import EditCost, measure_speed
from motionfollower.sampling.sampler import sample
from tests.sampling.tiny import CHANNELS, SIZE, tiny_networks

pytestmark = pytest.mark.slow

TERA = 10**12


@pytest.mark.parametrize(
    "settings",
    [
        SamplerSettings(steps=14),  # one of them is repeated
        SamplerSettings(steps=14, camera=True),
        SamplerSettings(steps=5, cfg_scale=1, guidance=GuidanceSettings(scale=0)),
        SamplerSettings(steps=14, camera=True, cfg_span=(0.1, 0.8), reuse=2, guidance=GuidanceSettings(every=2)),
    ],
    ids=["camera off", "camera on", "no guidance", "with every saving"],
)
def test_the_count_equals_that_of_a_real_run(settings: SamplerSettings):
    subject = FlopSubject(tiny_networks(), torch.zeros(1, 3, 2, 32, 48))
    conditioning = subject.conditioning()
    real = count_flops(lambda: list(sample(subject.networks, conditioning, settings, SIZE)))
    assert sum(group.total for group in EditFlops(subject).sampler_calls(settings)) == real


def test_the_released_layers_have_the_same_outputs():
    ours, released = tiny_networks().unet, tiny_networks().unet
    use_released_layers(released)
    subject = FlopSubject(tiny_networks(), torch.rand(1, 3, 2, 32, 48, generator=torch.Generator().manual_seed(4)))
    conditioning, latents = (
        subject.conditioning(),
        torch.randn(1, CHANNELS, 2, *SIZE, generator=torch.Generator().manual_seed(5)),
    )

    def predict(unet: torch.nn.Module) -> Tensor:
        return unet(latents, 499, conditioning.image_embeds, conditioning.target_pose, conditioning.appearance)

    torch.testing.assert_close(predict(ours), predict(released), rtol=1e-4, atol=1e-4)
    assert count_flops(lambda: predict(released)) > count_flops(lambda: predict(ours))


@pytest.fixture(scope="module")
def full_size() -> Comparison:
    """In camera mode, where we save least."""
    return compare(camera=True)


def test_the_released_calls_cost_what_was_counted_in_the_released_code(full_size: Comparison):
    """27.9 TFLOP for a pass with its appearance features; 7.3 PFLOP for all passes of an edit without camera mode."""
    calls = {group.name: group for group in full_size.released}
    one_pass = calls["reconstruction"].flops + calls["appearance controller"].flops
    assert one_pass / TERA == pytest.approx(27.9, abs=0.05)
    injected = calls["edit, both halves of CFG, injected"]
    injection = injected.calls * (injected.flops - calls["edit, both halves of CFG"].flops)
    encoders = calls["image encoder"].total + calls["pose controller"].total + calls["decoder"].total
    total = sum(group.total for group in full_size.released)
    assert (total - injection - encoders) / 1000 / TERA == pytest.approx(7.3, abs=0.05)


def test_the_goals_are_reached_at_full_size(full_size: Comparison):
    assert full_size.ratio <= GOAL
    assert all(full_size.relative_flops(preset) <= goal for preset, goal in PRESET_GOALS.items())


def test_the_report_of_flops(full_size: Comparison):
    report = FlopReport((replace(full_size, camera=False, released=full_size.released[:2]), full_size))
    text = report.text()
    assert (text.count("reached"), text.count("missed")) == (7, 1)
    assert f"ratio {full_size.ratio:.3f}" in text
    assert "appearance controller" in text
    figures = json.loads(json.dumps(report.figures()))
    assert figures["camera on"]["ratio"] == full_size.ratio
    assert figures["flops_ratio"] == figures["camera off"]["ratio"] > full_size.ratio
    assert figures["camera on"]["ours"][0]["calls"] == full_size.ours[0].calls
    assert figures["camera on"]["presets"]["draft"] == full_size.relative_flops("draft")


@pytest.fixture(scope="module")
def small_edit() -> EditCost:
    return measure_speed(frames=2, steps=1)


def test_the_edit_of_a_bundled_clip_is_measured(small_edit: EditCost):
    assert {"source poses", "puppet", "sampling"} <= small_edit.stages.keys()
    assert 0 < sum(small_edit.stages.values()) < small_edit.seconds
    assert 0.2 < small_edit.peak_memory_gb < 4


def test_the_report_of_an_edit_has_every_stage(small_edit: EditCost):
    lines = small_edit.text().splitlines()
    assert all(
        any(line.split()[: len(stage.split())] == stage.split() for line in lines) for stage in small_edit.stages
    )
