"""The U-Net: passes in two parts, its inputs, its configurations, and the released keys at full size."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from motionfollower.models.config import NetworksConfig, UNetConfig
from motionfollower.models.model import build_networks
from motionfollower.models.unet.unet import UNet
from tests.models.tiny import TINY, PassInputs

DATA = Path(__file__).parents[2] / "data"


@torch.no_grad()
@pytest.mark.parametrize("taps", [(), (0,), (1,), (0, 2)])
def test_a_pass_in_two_parts_equals_the_whole_pass(unet: UNet, inputs: PassInputs, taps: tuple[int, ...]):
    state = unet.start_pass(*inputs.arguments(), taps=taps)
    assert tuple(state.taps) == taps
    assert torch.equal(unet.finish_pass(state), unet(*inputs.arguments()))


@torch.no_grad()
def test_taps_are_outputs_after_the_upsamplers(unet: UNet, inputs: PassInputs):
    taps = unet.start_pass(*inputs.arguments(), taps=(0, 1, 2)).taps
    assert [tuple(tap.shape) for tap in taps.values()] == [(1, 64, 3, 4, 6), (1, 32, 3, 8, 12), (1, 32, 3, 8, 12)]


@torch.no_grad()
def test_a_shallow_pass_with_its_own_deep_features_equals_the_whole_pass(unet: UNet, inputs: PassInputs):
    whole = unet.run_up_blocks(unet.start_pass(*inputs.arguments(), taps=(1,)))
    shallow = unet.start_shallow_pass(*inputs.arguments(), whole.deep)
    assert torch.equal(unet.finish_pass(shallow), unet.finish_pass(whole))
    earlier = unet.run_up_blocks(unet.start_pass(*replace(inputs, timestep=979).arguments(), taps=()))
    reused = unet.finish_pass(unet.start_shallow_pass(*inputs.arguments(), earlier.deep))
    assert (reused - unet.finish_pass(whole)).abs().max() > 1e-4


def test_taps_can_be_differentiated_and_the_pass_finished_without_gradients(unet: UNet, inputs: PassInputs):
    latents = inputs.latents.clone().requires_grad_()
    state = unet.start_pass(*replace(inputs, latents=latents).arguments(), taps=(0,))
    with torch.no_grad():
        assert not unet.finish_pass(state).requires_grad
    (gradient,) = torch.autograd.grad(state.taps[0].square().sum(), latents)
    assert gradient.abs().sum() > 0


def test_checkpointing_does_not_change_the_result(unet: UNet, inputs: PassInputs):
    gradients = []
    for use_checkpointing in (False, True):
        unet.use_checkpointing = use_checkpointing
        latents = inputs.latents.clone().requires_grad_()
        prediction = unet(*replace(inputs, latents=latents).arguments())
        gradients.append(torch.autograd.grad(prediction.square().sum(), latents)[0])
    assert torch.equal(*gradients)


@pytest.mark.parametrize("use_checkpointing", [False, True])
def test_chunks_do_not_change_the_result(unet: UNet, inputs: PassInputs, use_checkpointing: bool):
    predictions, gradients = [], []
    unet.use_checkpointing = use_checkpointing
    for chunks in (1, 2):
        unet.split_feed_forwards(chunks)
        latents = inputs.latents.clone().requires_grad_()
        predictions.append(unet(*replace(inputs, latents=latents).arguments()))
        gradients.append(torch.autograd.grad(predictions[-1].square().sum(), latents)[0])
    torch.testing.assert_close(*predictions, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_features_of_one_clip_serve_a_batch(unet: UNet, inputs: PassInputs):
    twice = replace(
        inputs, latents=inputs.latents.repeat(2, 1, 1, 1, 1), image_embeds=inputs.image_embeds.repeat(2, 1, 1, 1)
    )
    expected = unet(*inputs.arguments())
    torch.testing.assert_close(unet(*twice.arguments()), torch.cat([expected, expected]), rtol=1e-4, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("what", ["image_embeds", "pose_features", "appearance_features"])
def test_the_prediction_depends_on_every_input(unet: UNet, inputs: PassInputs, what: str):
    value = getattr(inputs, what)
    options = [value * 0]
    if what == "appearance_features":
        options = [tuple(x * 0 if k == level else x for k, x in enumerate(value)) for level in range(len(value))]
    for changed in options:
        difference = unet(*replace(inputs, **{what: changed}).arguments()) - unet(*inputs.arguments())
        assert difference.abs().max() > 1e-4


@torch.no_grad()
def test_without_motion_modules_frames_are_independent(inputs: PassInputs):
    torch.manual_seed(0)
    unet = UNet(replace(TINY, motion=None)).eval()
    reversed_inputs = replace(
        inputs,
        latents=inputs.latents.flip(2),
        image_embeds=inputs.image_embeds.flip(1),
        pose_features=inputs.pose_features.flip(2),
        appearance_features=tuple(x.flip(2) for x in inputs.appearance_features),
    )
    torch.testing.assert_close(unet(*reversed_inputs.arguments()).flip(2), unet(*inputs.arguments()))


@torch.no_grad()
def test_motion_modules_depend_on_the_order_of_frames(unet: UNet, inputs: PassInputs):
    still = [inputs.latents, inputs.pose_features, *inputs.appearance_features]
    latents, pose, *appearance = (x[:, :, :1].expand(-1, -1, 3, -1, -1) for x in still)
    embeds = inputs.image_embeds[:, :1].expand(-1, 3, -1, -1)
    prediction = unet(latents, 499, embeds, pose, appearance)
    assert (prediction[:, :, 0] - prediction[:, :, 2]).abs().max() > 1e-4


@torch.no_grad()
@pytest.mark.parametrize(
    "changes",
    [
        {"layers_per_block": 3},
        {"heads": (1, 4, 8), "groups": 16},
        {"down_attention": (False, False, True), "up_attention": (True, False, False)},
        {"in_channels": 12, "out_channels": 12},
        {"motion": replace(TINY.motion, in_down=False, in_mid=False, scales=(2,), attentions=1, depth=2)},
        {"motion": replace(TINY.motion, positions=False, width_divisor=2)},
        {"appearance": replace(TINY.appearance, image_channels=6, layers=1)},
    ],
)
def test_other_configurations(inputs: PassInputs, changes: dict[str, object]):
    torch.manual_seed(0)
    config: UNetConfig = replace(TINY, **changes)
    unet = UNet(config).eval()
    latents = torch.randn(1, config.in_channels, 3, 8, 12)
    appearance = unet.encode_appearance(torch.randn(1, config.appearance.image_channels, 3, 32, 48))
    prediction = unet(latents, 19, inputs.image_embeds, inputs.pose_features, appearance)
    assert prediction.shape == (1, config.out_channels, 3, 8, 12)
    assert prediction.isfinite().all()


def test_the_full_size_model_has_the_released_keys():
    with gzip.open(DATA / "full_size_shapes.json.gz") as file:
        released = json.load(file)
    with torch.device("meta"):
        networks = build_networks(NetworksConfig())
    released["clip"].pop("vision_model.embeddings.position_ids")  # a buffer that transformers creates
    ours = {
        "denoising_unet": networks.unet,
        "pose_guider": networks.pose_controller,
        "clip": networks.image_encoder.clip,
        "vae": networks.codec.vae,
    }
    for name, module in ours.items():
        assert {key: list(tensor.shape) for key, tensor in module.state_dict().items()} == released[name], name
    assert len(released["denoising_unet"]) == 1312
