"""Whole runs of the sampler."""

import gc
import weakref
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.core.device import NoiseSource
from motionfollower.models.model import Networks
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.ddim import apply_guidance, ddim_step, to_x0_eps
from motionfollower.sampling.sampler import Step, sample
from motionfollower.sampling.step_plan import make_plan
from tests.sampling.tiny import CHANNELS, CONFIG, SIZE, tiny_conditioning, tiny_networks

QUICK = SamplerSettings(steps=10, cfg_scale=2)
"""Guided at steps 0, 1, 2, 4; noised at step 3; no repeats; injected from step 4."""

REPEATING = replace(QUICK, steps=14)
"""Step 6 is taken three times."""


def run(networks: Networks, conditioning: Conditioning, settings: SamplerSettings) -> Tensor:
    """The clean latents."""
    return list(sample(networks, conditioning, settings, SIZE))[-1].latents


def relative(ours: Tensor, other: Tensor) -> float:
    return float((ours - other).norm() / other.norm())


def test_a_seed_is_reproducible_bit_for_bit(networks: Networks, conditioning: Conditioning):
    settings = replace(QUICK, camera=True)
    first, second, other = (run(networks, conditioning, replace(settings, seed=seed)) for seed in (7, 7, 8))
    assert torch.equal(first, second)
    assert relative(other, first) > 0.1


@pytest.mark.parametrize("steps", [1, 2, 3, 7])
@pytest.mark.parametrize("camera", [False, True])
def test_any_number_of_steps(networks: Networks, conditioning: Conditioning, steps: int, camera: bool):
    settings = replace(QUICK, steps=steps, camera=camera)
    done = list(sample(networks, conditioning, settings, SIZE))
    assert [(step.index, step.total) for step in done] == [(index, steps) for index in range(steps)]
    assert done[-1].latents.shape == (1, CHANNELS, 3, *SIZE)
    assert done[-1].latents.isfinite().all()
    torch.testing.assert_close(done[-1].latents, done[-1].x0)


@pytest.mark.parametrize("frames", [1, 2, 33])
def test_any_number_of_frames(networks: Networks, frames: int):
    latents = run(networks, tiny_conditioning(frames), replace(QUICK, steps=2, cfg_scale=1))
    assert latents.shape == (1, CHANNELS, frames, *SIZE)
    assert latents.isfinite().all()


def test_a_model_that_predicts_x0_is_supported(conditioning: Conditioning):
    latents = run(tiny_networks("sample"), conditioning, replace(QUICK, camera=True))
    assert latents.isfinite().all()


@pytest.mark.parametrize("which", ["source", "target", "both", "everywhere"])
def test_frames_without_a_person_give_finite_latents(networks: Networks, conditioning: Conditioning, which: str):
    source, target = conditioning.source_mask.clone(), conditioning.target_mask.clone()
    if which in ("source", "both"):
        source[1] = 0
    if which in ("target", "both"):
        target[1] = 0
    if which == "everywhere":
        source[1], target[1] = 1, 1
    given = replace(conditioning, source_mask=source, target_mask=target)
    assert run(networks, given, replace(QUICK, camera=True)).isfinite().all()


def guided(done: list[Step]) -> list[int]:
    return [step.losses.step for step in done if step.losses and step.losses.step == step.index]


def test_guided_steps_report_their_losses(networks: Networks, conditioning: Conditioning):
    assert guided(list(sample(networks, conditioning, QUICK, SIZE))) == [0, 1, 2, 4]
    unguided = replace(QUICK, guidance=GuidanceSettings(scale=0))
    assert guided(list(sample(networks, conditioning, unguided, SIZE))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"camera": True},
        {"repeats": 1},
        {"noise_eta": 0.0},
        {"cfg_scale": 1.0},
        {"strength": 0.5},
        {"guidance": GuidanceSettings(scale=0)},
        {"guidance": GuidanceSettings(regions="paper")},
    ],
    ids=str,
)
def test_every_setting_changes_the_result(networks: Networks, conditioning: Conditioning, change: dict[str, object]):
    default = run(networks, conditioning, REPEATING)
    assert relative(run(networks, conditioning, replace(REPEATING, **change)), default) > 1e-4


def test_camera_mode_acts_from_two_fifths_of_the_steps(networks: Networks, conditioning: Conditioning):
    off, on = (list(sample(networks, conditioning, replace(QUICK, camera=camera), SIZE)) for camera in (False, True))
    same = [torch.equal(a.latents, b.latents) for a, b in zip(off, on, strict=True)]
    assert same == [True] * 4 + [False] * 6


def test_the_first_draw_is_the_start_scaled_by_the_noise_level(networks: Networks, conditioning: Conditioning):
    settings = SamplerSettings(steps=1, cfg_scale=1, guidance=GuidanceSettings(scale=0), strength=0.3)
    plan = make_plan(settings, CONFIG.schedule)[0]
    drawn = NoiseSource(settings.seed).draw((1, CHANNELS, 3, *SIZE), torch.device("cpu"), torch.float32)
    start = (1 - plan.alpha_bar) ** 0.5 * drawn
    with torch.no_grad():
        output = Branches(networks.unet, conditioning, settings).conditional(start, plan.timestep)
    expected = to_x0_eps(output, start, plan.alpha_bar, "v").x0
    torch.testing.assert_close(run(networks, conditioning, settings), expected)


@torch.no_grad()
def in_two_passes(networks: Networks, given: Conditioning, settings: SamplerSettings) -> Tensor:
    """As in the released code: the whole reconstruction first, all latents stored, then the whole edit."""
    branches, plans = Branches(networks.unet, given, settings), make_plan(settings, CONFIG.schedule)
    start = NoiseSource(settings.seed).draw((1, CHANNELS, len(given), *SIZE), torch.device("cpu"), torch.float32)
    trajectory = [start]
    for plan in plans:
        output = branches.reconstruct(trajectory[-1], plan.timestep, guides=False, injects=False).output
        trajectory.append(ddim_step(to_x0_eps(output, trajectory[-1], plan.alpha_bar, "v"), plan.next_alpha_bar))
    edit = start
    for plan, kept in zip(plans, trajectory, strict=False):
        for remaining in reversed(range(plan.repeats)):
            reference = branches.reconstruct(kept, plan.timestep, guides=plan.guides, injects=plan.injects)
            result = branches.edit(edit, plan.timestep, reference)
            prediction = to_x0_eps(result.output, edit, plan.alpha_bar, "v")
            if result.guidance:
                prediction = apply_guidance(prediction, result.guidance.gradient, plan.alpha_bar)
            edit = ddim_step(prediction, plan.next_alpha_bar)
            if remaining:
                output = branches.conditional(edit, plan.next_timestep)
                edit = ddim_step(to_x0_eps(output, edit, plan.next_alpha_bar, "v"), plan.alpha_bar)
    return edit


@pytest.mark.parametrize("camera", [False, True])
def test_lockstep_equals_the_two_pass_order_bit_for_bit(networks: Networks, conditioning: Conditioning, camera: bool):
    settings = replace(REPEATING, camera=camera, noise_eta=0)
    expected = in_two_passes(networks, conditioning, settings)
    assert torch.equal(run(networks, conditioning, settings), expected)


def test_closing_frees_all_tensors_and_keeps_gradients_enabled(networks: Networks):
    given = tiny_conditioning()
    steps = sample(networks, given, replace(QUICK, camera=True), SIZE)
    for _ in range(5):  # the last one records keys and values
        step = next(steps)
    assert torch.is_grad_enabled()
    held = [weakref.ref(given.source_pose), weakref.ref(step.latents)]
    del given, step
    gc.collect()
    assert all(reference() is not None for reference in held)
    steps.close()
    gc.collect()
    assert not any(reference() is not None for reference in held)
    assert torch.is_grad_enabled()
