"""The layers that the networks share: upsampling, time embedding, folding of frames."""

import math

import torch
from torch.nn import functional as F

from motionfollower.models.layers import Upsample, fold_frames, timestep_embedding, unfold_frames


def test_upsampling_equals_nearest_neighbour_and_a_convolution():
    torch.manual_seed(0)
    upsample, x = Upsample(6), torch.randn(2, 6, 4, 5)
    conv = upsample.conv
    torch.testing.assert_close(upsample(x), conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))


def test_timestep_embeddings_are_cosines_then_sines():
    embedding = timestep_embedding(10, 4)
    expected = torch.tensor([[math.cos(10), math.cos(0.1), math.sin(10), math.sin(0.1)]])
    torch.testing.assert_close(embedding, expected)


def test_folding_repeats_one_clip_for_the_batch():
    video = torch.randn(1, 2, 3, 4, 5)
    assert torch.equal(unfold_frames(fold_frames(video, 2), 3), video.repeat(2, 1, 1, 1, 1))
