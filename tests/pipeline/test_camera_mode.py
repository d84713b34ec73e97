"""Camera mode is proposed where the camera pans far over a static background."""

import numpy as np
import pytest

from motionfollower.core.types import EditInputs
from motionfollower.pipeline.checks import CameraModeProposal, propose_camera_mode
from preprocess.pose.skeleton import JOINTS
from preprocess.types import Clip, MaskSequence, PoseSequence

FRAMES, SIDE = 6, 192


def panning_over_wall(speed: int) -> EditInputs:
    """A wall of random blocks over which the camera pans `speed` pixels a frame, with an empty mask."""
    blocks = np.random.default_rng(9).integers(0, 255, (SIDE // 8, 2 * SIDE // 8, 3), dtype=np.uint8)
    wall = blocks.repeat(8, axis=0).repeat(8, axis=1)
    clip = Clip(np.stack([wall[:, speed * frame :][:, :SIDE] for frame in range(FRAMES)]), 8)
    poses = PoseSequence(np.zeros((FRAMES, JOINTS, 2), np.float32), np.zeros((FRAMES, JOINTS), np.float32), clip.size)
    masks = MaskSequence(np.zeros((FRAMES, SIDE, SIDE), bool), "test")
    return EditInputs(clip, poses, poses, masks, masks)


def test_camera_mode_is_not_proposed_for_a_static_camera() -> None:
    proposal = propose_camera_mode(panning_over_wall(0))
    assert (proposal.travel, proposal.is_on) == (0, False)


def test_camera_mode_is_proposed_for_a_panning_camera() -> None:
    proposal = propose_camera_mode(panning_over_wall(6))
    assert proposal.travel == pytest.approx((FRAMES - 1) * 6 * 512 / SIDE, rel=0.05)
    assert proposal.is_on
    assert [CameraModeProposal(travel).is_on for travel in (40.0, 40.1)] == [False, True]
