"""What only a GPU can show; skipped elsewhere. `make gpu-check` runs these and writes a report."""

from dataclasses import replace

import pytest
import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import HALF, NoiseSource, describe, free_memory, pick_device, pick_dtype
from motionfollower.models.model import build_networks
from motionfollower.pipeline.memory.estimate import estimate_peak_memory, trace_memory
from motionfollower.pipeline.memory.strategy import MemoryStrategy
from motionfollower.research.evaluation.memory_probe import fill_weights, probe_job
from motionfollower.sampling.sampler import sample
from tests.sampling.tiny import SIZE, tiny_conditioning, tiny_networks

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU that torch can use"),
]
CPU = torch.device("cpu")


def test_the_gpu_is_found_and_described():
    device = pick_device()
    assert (device.type, pick_dtype(device)) == ("cuda", HALF)
    assert 0 < free_memory(device) / 2**30 <= describe(device).memory_gb


def test_a_seed_is_the_same_noise_everywhere():
    drawn = [NoiseSource(7).draw((2, 3), device, torch.float32).cpu() for device in (CPU, pick_device())]
    assert torch.equal(*drawn)


@pytest.mark.parametrize("camera", [False, True])
def test_a_run_is_that_of_the_processor(camera: bool):
    """In single precision, so that only the order of sums differs."""
    latents = []
    for device in (CPU, pick_device()):
        given = tiny_conditioning()
        moved = replace(
            given,
            image_embeds=given.image_embeds.to(device),
            source_pose=given.source_pose.to(device),
            target_pose=given.target_pose.to(device),
            appearance=tuple(level.to(device) for level in given.appearance),
            source_mask=given.source_mask.to(device),
            target_mask=given.target_mask.to(device),
        )
        networks = tiny_networks().to(device, torch.float32)
        *_, last = sample(networks, moved, SamplerSettings(steps=5, camera=camera), SIZE)
        latents.append(last.latents.cpu())
    assert float((latents[0] - latents[1]).norm() / latents[0].norm()) < 0.02


@pytest.mark.parametrize("offloads", [False, True])
def test_the_full_size_runs_in_half_precision_as_planned(offloads: bool):
    """One step of each kind, on 8 frames; the allocator's peak is what was rehearsed, within a tenth."""
    device = pick_device()
    job = replace(probe_job("full"), frames=8, dtype=HALF)
    way = MemoryStrategy(offloads=offloads, checkpoints=True)
    planned = estimate_peak_memory(job, way)
    if planned.peak > 0.9 * free_memory(device):
        pytest.skip(f"{planned.peak / 1e9:.1f} GB are needed")
    with torch.device("meta"):
        networks = build_networks(job.config)
    fill_weights(networks)
    networks = networks.to(device, HALF)
    way.set_up(networks)
    torch.cuda.reset_peak_memory_stats(device)
    with device:
        trace_memory(networks, job)
    assert torch.cuda.max_memory_allocated(device) == pytest.approx(planned.peak, rel=0.1)


def test_xformers_loads_where_it_is_installed():
    pytest.importorskip("xformers")
    from motionfollower.models.unet.attention import attend

    query, key, value = torch.randn(3, 2, 64, 4, 40, device=pick_device(), dtype=HALF)
    expected = torch.nn.functional.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (query, key, value)))
    torch.testing.assert_close(attend(query, key, value), expected.transpose(1, 2), rtol=1e-2, atol=1e-2)
