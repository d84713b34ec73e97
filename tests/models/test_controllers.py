"""The shapes of the controllers' features."""

import torch

from motionfollower.models.config import AppearanceConfig, PoseControllerConfig
from motionfollower.models.controllers import AppearanceController, PoseController


def test_a_new_pose_controller_is_zero_at_an_eighth_of_the_resolution():
    features = PoseController(PoseControllerConfig((4, 8, 12, 16), 32))(torch.rand(1, 3, 2, 32, 48))
    assert features.shape == (1, 32, 2, 4, 6)
    assert not features.any()


def test_appearance_features_halve_at_each_level():
    controller = AppearanceController(AppearanceConfig((8, 16, 16), image_channels=6, patch=4, layers=2))
    features = controller(torch.rand(1, 6, 2, 32, 48))
    assert [tuple(x.shape) for x in features] == [(1, 8, 2, 8, 12), (1, 16, 2, 4, 6), (1, 16, 2, 2, 3)]
