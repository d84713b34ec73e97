"""Layers: attention, embeddings, motion modules, controllers."""

import math

import torch
from torch.nn import functional as F

from motionfollower.models.config import AppearanceConfig, MotionConfig, PoseControllerConfig
from motionfollower.models.controllers import AppearanceController, PoseController
from motionfollower.models.layers import Upsample, fold_frames, timestep_embedding, unfold_frames
from motionfollower.models.unet.attention import CrossAttention, attend
from motionfollower.models.unet.motion_module import MotionModule, sinusoidal_positions


def test_attention_is_the_softmax_of_scaled_products():
    torch.manual_seed(0)
    query, key, value = torch.randn(2, 5, 3, 8), torch.randn(2, 7, 3, 8), torch.randn(2, 7, 3, 8)
    weights = (torch.einsum("bqhc,bkhc->bhqk", query, key) / math.sqrt(8)).softmax(-1)
    torch.testing.assert_close(attend(query, key, value), torch.einsum("bhqk,bkhc->bqhc", weights, value))


def test_attention_to_a_single_token_returns_its_value():
    torch.manual_seed(0)
    attention, x, token = CrossAttention(16, 8, heads=4), torch.randn(2, 5, 16), torch.randn(2, 1, 8)
    attended = attention(x, token.repeat(1, 3, 1))
    torch.testing.assert_close(attention(x, token).expand_as(x), attended)


def test_upsampling_equals_nearest_neighbour_and_a_convolution():
    torch.manual_seed(0)
    upsample, x = Upsample(6), torch.randn(2, 6, 4, 5)
    conv = upsample.conv
    torch.testing.assert_close(upsample(x), conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))


def test_timestep_embeddings_are_cosines_then_sines():
    embedding = timestep_embedding(10, 4)
    expected = torch.tensor([[math.cos(10), math.cos(0.1), math.sin(10), math.sin(0.1)]])
    torch.testing.assert_close(embedding, expected)


def test_frame_positions_alternate_sines_and_cosines():
    expected = torch.tensor([math.sin(3), math.cos(3), math.sin(0.03), math.cos(0.03)])
    torch.testing.assert_close(sinusoidal_positions(4, 8)[0, 3], expected)


def test_a_new_motion_module_changes_nothing():
    x = torch.randn(6, 32, 4, 5)
    assert torch.equal(MotionModule(32, MotionConfig())(x, 3), x)


def test_folding_repeats_one_clip_for_the_batch():
    video = torch.randn(1, 2, 3, 4, 5)
    assert torch.equal(unfold_frames(fold_frames(video, 2), 3), video.repeat(2, 1, 1, 1, 1))


def test_a_new_pose_controller_is_zero_at_an_eighth_of_the_resolution():
    features = PoseController(PoseControllerConfig((4, 8, 12, 16), 32))(torch.rand(1, 3, 2, 32, 48))
    assert features.shape == (1, 32, 2, 4, 6)
    assert not features.any()


def test_appearance_features_halve_at_each_level():
    controller = AppearanceController(AppearanceConfig((8, 16, 16), image_channels=6, patch=4, layers=2))
    features = controller(torch.rand(1, 6, 2, 32, 48))
    assert [tuple(x.shape) for x in features] == [(1, 8, 2, 8, 12), (1, 16, 2, 4, 6), (1, 16, 2, 2, 3)]
