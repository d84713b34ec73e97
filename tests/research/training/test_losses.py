"""The loss: what it asks of a layer and of a shift."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from motionfollower.models.codecs import LayerCodec
from motionfollower.models.config import LayerCodecConfig
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.batch import Batch
from motionfollower.research.training.losses import edit_loss

CODEC = LayerCodec(LayerCodecConfig(patch=4, slope=50))
RECIPE = TrainConfig(loss="absolute", person_weight=1.0, layer_weight=0.0)


def bar(left: int) -> Tensor:
    """A bright bar of four pixels before black, [1, 3, 1, 32, 32]."""
    video = torch.full((1, 3, 1, 32, 32), -1.0)
    video[..., left : left + 4] = 1
    return video


def batch(puppet: Tensor, truth: Tensor) -> Batch:
    ones = torch.ones_like(truth[:, :1])
    return Batch(truth, puppet, truth, truth, ones, torch.ones(1, 1, 1, 1), ())


def shifted(patches: float) -> Tensor:
    """Latents without a layer that read the puppet so many patches to the right."""
    latents = torch.zeros(1, CODEC.latent_channels, 1, 8, 8)
    latents[:, -2] = patches
    return latents.requires_grad_()


def test_the_right_shift_costs_nothing() -> None:
    truth, puppet = bar(12), bar(20)
    recipe = replace(RECIPE, coarse_weight=1.0, layer_cost=0.1)
    assert edit_loss(shifted(2.0), batch(puppet, truth), CODEC, recipe) < 1e-3
    assert edit_loss(shifted(0.0), batch(puppet, truth), CODEC, recipe) > 0.4


@pytest.mark.parametrize(("coarse_weight", "is_led"), [(0.0, False), (1.0, True)])
def test_from_afar_a_shift_is_led_over_a_gap(coarse_weight: float, is_led: bool) -> None:
    """The truth's bar is one patch, which reads black pixels, two of them before the puppet's bar."""
    latents = shifted(1.0)
    recipe = replace(RECIPE, coarse_weight=coarse_weight)
    edit_loss(latents, batch(bar(22), bar(12)), CODEC, recipe).backward()
    assert latents.grad is not None
    assert (-latents.grad[0, -2, 0, 4, 3] > 1e-4) == is_led


def test_a_layer_is_paid_for_by_what_it_covers() -> None:
    truth = bar(12)
    opaque = CODEC.encode(truth)
    free, paid = (edit_loss(opaque, batch(-truth, truth), CODEC, replace(RECIPE, layer_cost=cost)) for cost in (0, 0.1))
    torch.testing.assert_close(paid - free, torch.tensor(0.1))
