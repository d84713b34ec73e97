"""Camera mode: the keys and values that an editing pass attends to."""

import torch

from motionfollower.models.unet.kv_injection import KVInjector, KVRecorder, mask_tokens
from motionfollower.models.unet.unet import UNet
from tests.models.tiny import PassInputs

GRID = (2, 3)


def masks(*rows: list[int]) -> torch.Tensor:
    """One frame's mask, each value repeated as 2 × 2 pixels."""
    mask = torch.tensor(rows, dtype=torch.float32)[None, None]
    return torch.nn.functional.interpolate(mask, scale_factor=2.0)


def test_masks_are_resized_to_the_grid_of_tokens():
    assert mask_tokens(masks([1, 0, 0], [0, 1, 1]), GRID).flatten().tolist() == [1, 0, 0, 0, 1, 1]


def test_own_tokens_inside_the_target_then_recorded_ones_outside_the_source():
    layer, recorder = torch.nn.Identity(), KVRecorder()
    tokens = torch.arange(1.0, 7.0)[None, :, None]
    assert recorder.exchange(layer, (10 * tokens, 100 * tokens), GRID)[0] is recorder.layers[layer][0]
    injector = KVInjector(recorder, masks([1, 1, 0], [0, 0, 0]), masks([0, 0, 0], [0, 1, 1]))
    both_halves = tokens.repeat(2, 1, 1)
    key, value = injector.exchange(layer, (both_halves, -both_halves), GRID)
    assert key[0].flatten().tolist() == [0, 0, 0, 0, 5, 6, 0, 0, 30, 40, 50, 60]
    assert value[0].flatten().tolist() == [0, 0, 0, 0, -5, -6, 0, 0, 300, 400, 500, 600]
    assert torch.equal(key[0], key[1])


@torch.no_grad()
def test_all_up_blocks_but_the_first_exchange_keys_and_values(unet: UNet, inputs: PassInputs):
    recorder = KVRecorder()
    plain = unet(*inputs.arguments())
    assert torch.equal(unet(*inputs.arguments(), kv=recorder), plain)
    names = {name for name, module in unet.named_modules() if module in recorder.layers}
    assert names == {f"up_blocks.{b}.attentions.{a}.transformer_blocks.0.attn1" for b in (1, 2) for a in (0, 1)}


@torch.no_grad()
def test_injection_changes_the_prediction_of_both_halves(unet: UNet, inputs: PassInputs):
    recorder = KVRecorder()
    unet(*inputs.arguments(), kv=recorder)
    person = torch.zeros(3, 1, 64, 96)
    person[:, :, 16:48, 30:60] = 1
    latents, embeds = inputs.latents.repeat(2, 1, 1, 1, 1), inputs.image_embeds.repeat(2, 1, 1, 1)
    rest = inputs.pose_features, inputs.appearance_features
    edit = unet(latents, 499, embeds, *rest, kv=KVInjector(recorder, person, person.flip(3)))
    torch.testing.assert_close(edit[0], edit[1])
    assert (edit[:1] - unet(*inputs.arguments())).abs().max() > 1e-4
