"""Both branches at one step, on one window."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.models.model import Networks
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.guidance import TAPS
from tests.sampling.tiny import CHANNELS, SIZE, tiny_networks

TIMESTEP = 499
Make = Callable[..., Branches]


def noise(seed: int) -> Tensor:
    return torch.randn(1, CHANNELS, 3, *SIZE, generator=torch.Generator().manual_seed(seed))


EDIT, RECONSTRUCTION = noise(2), noise(3)


@pytest.fixture(autouse=True)
def without_gradients() -> None:
    with torch.no_grad():
        yield


@pytest.fixture
def make(networks: Networks, conditioning: Conditioning) -> Make:
    def branches(**settings: object) -> Branches:
        return Branches(networks.unet, conditioning, SamplerSettings(**settings))

    return branches


def test_the_reconstruction_uses_the_source_pose_and_keeps_taps_and_keys_on_request(
    make: Make, conditioning: Conditioning
):
    branches = make()
    plain = branches.reconstruct(RECONSTRUCTION, TIMESTEP, guides=False, injects=False)
    assert (plain.taps, plain.keys_values) == (None, None)
    full = branches.reconstruct(RECONSTRUCTION, TIMESTEP, guides=True, injects=True)
    assert torch.equal(full.output, plain.output)
    assert tuple(full.taps) == TAPS
    assert full.keys_values.recorded.layers
    assert not torch.equal(plain.output, branches.conditional(RECONSTRUCTION, TIMESTEP))


def test_without_cfg_the_edit_is_the_conditional_output(make: Make):
    branches = make(cfg_scale=1)
    result = branches.edit(EDIT, TIMESTEP, None)
    assert torch.equal(result.output, branches.conditional(EDIT, TIMESTEP))
    assert result.guidance is None


def test_cfg_extrapolates_from_the_unconditional_through_the_conditional(make: Make):
    one, two, seven = (make(cfg_scale=scale).edit(EDIT, TIMESTEP, None).output for scale in (1, 2, 7))
    torch.testing.assert_close(seven - one, 6 * (two - one), rtol=1e-4, atol=1e-4)
    assert (two - one).abs().max() > 1e-3


def test_guidance_uses_the_features_of_the_pass_that_gives_the_output(make: Make):
    branches = make()
    guided = branches.edit(EDIT, TIMESTEP, branches.reconstruct(RECONSTRUCTION, TIMESTEP, guides=True, injects=False))
    assert torch.equal(guided.output, branches.edit(EDIT, TIMESTEP, None).output)
    assert guided.guidance.gradient.shape == EDIT.shape
    assert guided.guidance.gradient.abs().max() > 0


def test_injection_changes_the_output_but_not_the_gradient(make: Make):
    branches = make(camera=True)

    def edit(guides: bool, injects: bool) -> object:
        reference = branches.reconstruct(RECONSTRUCTION, TIMESTEP, guides=guides, injects=injects)
        return branches.edit(EDIT, TIMESTEP, reference)

    both, guided, injected = edit(True, True), edit(True, False), edit(False, True)
    torch.testing.assert_close(both.output, injected.output)
    torch.testing.assert_close(both.guidance.gradient, guided.guidance.gradient)
    assert (both.output - guided.output).abs().max() > 1e-3


def test_the_settings_choose_the_regions(make: Make):
    reference = make().reconstruct(RECONSTRUCTION, TIMESTEP, guides=True, injects=False)
    released, paper = (
        make(guidance=GuidanceSettings(regions=regions)).edit(EDIT, TIMESTEP, reference).guidance.gradient
        for regions in ("released", "paper")
    )
    assert (released - paper).abs().max() > 1e-4


def test_outputs_are_float32_for_half_precision_networks(conditioning: Conditioning):
    unet = tiny_networks().unet.bfloat16()
    half = Conditioning(
        conditioning.image_embeds.bfloat16(),
        conditioning.source_pose.bfloat16(),
        conditioning.target_pose.bfloat16(),
        tuple(level.bfloat16() for level in conditioning.appearance),
        conditioning.source_mask,
        conditioning.target_mask,
    )
    branches = Branches(unet, half, SamplerSettings(camera=True))
    reference = branches.reconstruct(RECONSTRUCTION, TIMESTEP, guides=True, injects=True)
    result = branches.edit(EDIT, TIMESTEP, reference)
    assert reference.output.dtype == result.output.dtype == result.guidance.gradient.dtype == torch.float32
    assert result.guidance.gradient.isfinite().all()
