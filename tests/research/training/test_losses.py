"""The loss of a layer's shift and opacity."""

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
CONFIG = TrainConfig(loss="absolute", person_weight=1.0, layer_weight=0.0)


def bar(left: int) -> Tensor:
    """A bright bar, four pixels wide, on black, [1, 3, 1, 32, 32]."""
    video = torch.full((1, 3, 1, 32, 32), -1.0)
    video[..., left : left + 4] = 1
    return video


def batch(puppet: Tensor, truth: Tensor) -> Batch:
    ones = torch.ones_like(truth[:, :1])
    return Batch(truth, puppet, truth, truth, ones, torch.ones(1, 1, 1, 1), ())


def shifted(patches: float) -> Tensor:
    """Latents of a transparent layer that sample the puppet `patches` to the right."""
    latents = torch.zeros(1, CODEC.latent_channels, 1, 8, 8)
    latents[:, -2] = patches
    return latents.requires_grad_()


def test_the_true_shift_has_no_loss() -> None:
    truth, puppet = bar(12), bar(20)
    config = replace(CONFIG, coarse_weight=1.0, layer_cost=0.1)
    assert edit_loss(shifted(2.0), CODEC.layer(shifted(2.0)), batch(puppet, truth), CODEC, config) < 1e-3
    assert edit_loss(shifted(0.0), CODEC.layer(shifted(0.0)), batch(puppet, truth), CODEC, config) > 0.4


@pytest.mark.parametrize(("coarse_weight", "has_gradient"), [(0.0, False), (1.0, True)])
def test_the_coarse_loss_has_a_gradient_across_a_gap(coarse_weight: float, has_gradient: bool) -> None:
    """The patch of the true bar samples black pixels, two of them to the left of the puppet's bar."""
    latents = shifted(1.0)
    config = replace(CONFIG, coarse_weight=coarse_weight)
    edit_loss(latents, CODEC.layer(latents), batch(bar(22), bar(12)), CODEC, config).backward()
    assert latents.grad is not None
    assert (-latents.grad[0, -2, 0, 4, 3] > 1e-4) == has_gradient


def test_the_opacity_penalty_is_proportional_to_the_coverage() -> None:
    truth = bar(12)
    opaque = CODEC.encode(truth)
    free, penalised = (
        edit_loss(opaque, CODEC.layer(opaque), batch(-truth, truth), CODEC, replace(CONFIG, layer_cost=cost))
        for cost in (0, 0.1)
    )
    torch.testing.assert_close(penalised - free, torch.tensor(0.1))
