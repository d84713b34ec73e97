"""Tests that need a GPU, skipped elsewhere. `make gpu-check` runs them and writes a report."""

from dataclasses import replace

import pytest
import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import HALF, NoiseSource, describe, free_memory, pick_device, pick_dtype
from motionfollower.models.model import build_networks
from motionfollower.pipeline.memory.estimate import estimate_peak_memory, trace_memory
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from motionfollower.research.evaluation.memory_probe import fill_weights, probe_query
from motionfollower.sampling.sampler import sample
from tests.sampling.tiny import SIZE, tiny_conditioning, tiny_networks

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU that torch can use"),
]
CPU = torch.device("cpu")


def test_the_gpu_is_detected_and_described():
    device = pick_device()
    assert (device.type, pick_dtype(device)) == ("cuda", HALF)
    assert 0 < free_memory(device) / 2**30 <= describe(device).memory_gb


def test_a_seed_gives_the_same_noise_on_every_device():
    drawn = [NoiseSource(7).draw((2, 3), device, torch.float32).cpu() for device in (CPU, pick_device())]
    assert torch.equal(*drawn)


@pytest.mark.parametrize("camera", [False, True])
def test_a_run_agrees_with_that_of_the_cpu(camera: bool):
    """In single precision, so that only the order of sums differs."""
    latents = []
    for device in (CPU, pick_device()):
        conditioning = tiny_conditioning()
        moved = replace(
            conditioning,
            image_embeds=conditioning.image_embeds.to(device),
            source_pose=conditioning.source_pose.to(device),
            target_pose=conditioning.target_pose.to(device),
            appearance=tuple(level.to(device) for level in conditioning.appearance),
            source_mask=conditioning.source_mask.to(device),
            target_mask=conditioning.target_mask.to(device),
        )
        networks = tiny_networks().to(device, torch.float32)
        *_, last = sample(networks, moved, SamplerSettings(steps=5, camera=camera), SIZE)
        latents.append(last.latents.cpu())
    assert float((latents[0] - latents[1]).norm() / latents[0].norm()) < 0.02


@pytest.mark.parametrize("offloads", [False, True])
def test_the_full_size_needs_the_estimated_memory_in_half_precision(offloads: bool):
    """One step of each kind, on 8 frames; the allocator's peak is the estimate, within a tenth."""
    device = pick_device()
    query = replace(probe_query("full"), frames=8, dtype=HALF)
    strategy = MemoryStrategy(offloads=offloads, checkpointing=True)
    planned = estimate_peak_memory(query, strategy)
    if planned.peak > 0.9 * free_memory(device):
        pytest.skip(f"{planned.peak / 1e9:.1f} GB are needed")
    with torch.device("meta"):
        networks = build_networks(query.config)
    fill_weights(networks)
    networks = networks.to(device, HALF)
    strategy.apply(networks)
    torch.cuda.reset_peak_memory_stats(device)
    with device:
        trace_memory(networks, query)
    assert torch.cuda.max_memory_allocated(device) == pytest.approx(planned.peak, rel=0.1)


def test_xformers_loads_where_it_is_installed():
    pytest.importorskip("xformers")
    from motionfollower.models.unet.attention import attend

    query, key, value = torch.randn(3, 2, 64, 4, 40, device=pick_device(), dtype=HALF)
    expected = torch.nn.functional.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (query, key, value)))
    torch.testing.assert_close(attend(query, key, value), expected.transpose(1, 2), rtol=1e-2, atol=1e-2)
