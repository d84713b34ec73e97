"""Evaluations of a step over a whole clip, window by window."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.models.model import Networks
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.context_windows import context_windows
from motionfollower.sampling.evaluator import Evaluation, Evaluator
from motionfollower.sampling.step_plan import StepPlan, make_plan
from tests.sampling.tiny import CHANNELS, CONFIG, SIZE, tiny_conditioning

FRAMES = 10
SHORT = {"window": 4, "overlap": 2, "cfg_scale": 1.0}


def noise(frames: int = FRAMES, seed: int = 2) -> Tensor:
    return torch.randn(1, CHANNELS, frames, *SIZE, generator=torch.Generator().manual_seed(seed))


def plan(settings: SamplerSettings, index: int = 0) -> StepPlan:
    return make_plan(settings, CONFIG.schedule)[index]


@torch.no_grad()
def evaluate(networks: Networks, settings: SamplerSettings, index: int = 0, frames: int = FRAMES) -> Evaluation:
    evaluator = Evaluator(networks.unet, tiny_conditioning(frames), settings)
    return evaluator.evaluate(plan(settings, index), noise(frames), noise(frames, seed=3))


def test_a_long_clip_has_both_outputs_a_gradient_and_losses(networks: Networks):
    result = evaluate(networks, SamplerSettings(**SHORT))
    for tensor in (result.edit, result.reconstruction, result.gradient):
        assert tensor.shape == (1, CHANNELS, FRAMES, *SIZE)
        assert tensor.isfinite().all()
    assert result.losses.step == 0
    assert result.losses.foreground > 0
    assert result.losses.background > 0


def test_frames_of_a_single_window_take_its_output(networks: Networks):
    settings = SamplerSettings(**SHORT)
    long = evaluate(networks, settings)
    first, second = context_windows(FRAMES, 4, 2, 0)[:2]
    single = second.start - first.start
    with torch.no_grad():
        evaluator = Evaluator(networks.unet, tiny_conditioning(FRAMES).window(first), settings)
        short = evaluator.evaluate(plan(settings), noise()[:, :, first], noise(seed=3)[:, :, first])
    torch.testing.assert_close(long.edit[:, :, :single], short.edit[:, :, :single])
    torch.testing.assert_close(long.reconstruction[:, :, :single], short.reconstruction[:, :, :single])


def test_without_guidance_and_camera_mode_there_is_no_reconstruction(networks: Networks):
    settings = SamplerSettings(steps=50, cfg_scale=1)
    result = evaluate(networks, settings, index=49, frames=2)
    assert (result.reconstruction, result.gradient, result.losses) == (None, None, None)


@pytest.mark.parametrize("frames", [3, FRAMES])
def test_a_repeated_step_uses_the_same_reconstruction(networks: Networks, frames: int):
    """A clip of one window keeps it; a longer clip evaluates it again."""
    settings = SamplerSettings(**SHORT)
    evaluator = Evaluator(networks.unet, tiny_conditioning(frames), settings)
    with torch.no_grad():
        first, second = (evaluator.evaluate(plan(settings), noise(frames), noise(frames, seed=3)) for _ in range(2))
    assert torch.equal(first.reconstruction, second.reconstruction)
    assert torch.equal(first.gradient, second.gradient)


@torch.no_grad()
def test_odd_steps_are_evaluated_in_other_windows(networks: Networks):
    settings = SamplerSettings(**SHORT)
    evaluator = Evaluator(networks.unet, tiny_conditioning(FRAMES), settings)
    even, odd = (evaluator.conditional(plan(settings, index), noise(), 499) for index in (0, 1))
    assert (even - odd).abs().max() > 1e-3


def still(frames: int) -> Conditioning:
    """The conditioning of one frame, repeated for a clip."""
    one = tiny_conditioning(frames=1)
    return Conditioning(
        image_embeds=one.image_embeds.repeat_interleave(frames, 1),
        source_pose=one.source_pose.repeat_interleave(frames, 2),
        target_pose=one.target_pose.repeat_interleave(frames, 2),
        appearance=tuple(level.repeat_interleave(frames, 2) for level in one.appearance),
        source_mask=one.source_mask.repeat_interleave(frames, 0),
        target_mask=one.target_mask.repeat_interleave(frames, 0),
    )


@torch.no_grad()
def largest_jumps(networks: Networks, window: int, overlap: int, frames: int = 40) -> tuple[float, float]:
    """The largest RMS difference of adjacent frames of a still clip: at seams of windows, and elsewhere.

    The frames differ only by their positions in windows.
    """
    settings = SamplerSettings(window=window, overlap=overlap)
    evaluator = Evaluator(networks.unet, still(frames), settings)
    output = evaluator.conditional(plan(settings), noise(1).repeat_interleave(frames, 2), 499)
    jumps = output.diff(dim=2).square().mean((0, 1, 3, 4)).sqrt()
    is_seam = torch.zeros(frames - 1, dtype=torch.bool)
    for before, after in pairwise(context_windows(frames, window, overlap, 0)):
        is_seam[after.start - 1 : before.stop] = True
    return jumps[is_seam].max().item(), jumps[~is_seam].max().item()


@pytest.mark.parametrize(("window", "overlap", "most"), [(8, 2, 1.25), (8, 4, 1.05), (16, 4, 1.25), (32, 8, 1.05)])
def test_seams_differ_little_more_than_other_frames(networks: Networks, window: int, overlap: int, most: float):
    """For overlaps of 2 and 4 frames the ratio is .88 to 1.19 over networks of seeds 0 to 5."""
    at_seams, elsewhere = largest_jumps(networks, window, overlap)
    assert at_seams < most * elsewhere


def test_windows_without_overlap_show_their_seams(networks: Networks):
    at_seams, elsewhere = largest_jumps(networks, window=8, overlap=0)
    assert at_seams > 2 * elsewhere


@pytest.mark.parametrize("camera", [False, True])
@torch.no_grad()
def test_a_reusing_step_at_the_same_latents_gives_the_same_output(networks: Networks, camera: bool):
    """Steps 8 and 9 of 10 get the same latents, so that only the timestep differs, and only in the finest level."""
    settings = SamplerSettings(steps=10, camera=camera, reuse=2)
    full, reusing = plan(settings, 8), plan(settings, 9)
    assert (full.reuses, reusing.reuses) == (False, True)
    latents = noise(3), noise(3, seed=3)
    evaluator = Evaluator(networks.unet, tiny_conditioning(3), settings)
    first = evaluator.evaluate(full, *latents)
    again = evaluator.evaluate(replace(reusing, timestep=full.timestep), *latents)
    torch.testing.assert_close(again.edit, first.edit)
    moved = evaluator.evaluate(reusing, *latents)
    assert (moved.edit - first.edit).abs().max() > 1e-5


@torch.no_grad()
def test_a_clip_of_many_windows_reuses_no_features(networks: Networks):
    reused, full = (evaluate(networks, SamplerSettings(steps=10, reuse=reuse, **SHORT), index=9) for reuse in (2, 1))
    assert torch.equal(reused.edit, full.edit)
