"""Motion modules: frame positions, and the output of a new module."""

import math

import torch

from motionfollower.models.config import MotionConfig
from motionfollower.models.unet.motion_module import MotionModule, sinusoidal_positions


def test_frame_positions_alternate_sines_and_cosines():
    expected = torch.tensor([math.sin(3), math.cos(3), math.sin(0.03), math.cos(0.03)])
    torch.testing.assert_close(sinusoidal_positions(4, 8)[0, 3], expected)


def test_a_new_motion_module_changes_nothing():
    x = torch.randn(6, 32, 4, 5)
    assert torch.equal(MotionModule(32, MotionConfig())(x, 3), x)
