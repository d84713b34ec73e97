"""A first look at an edit, before its work: one frame of the person in the new pose, over the frame dimmed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionfollower.types import EditInputs
from preprocess.finish import finish
from preprocess.puppet import animate
from preprocess.types import Frame, MaskSequence, PoseSequence

DIMMED = 0.4


def sketch(inputs: EditInputs, index: int) -> Frame:
    """Frame `index` with its own person moved limb by limb, uint8 [H, W, 3]; takes about a tenth of a second."""
    one = slice(index, index + 1)
    dimmed = np.asarray(inputs.source.frames[one] * DIMMED, np.uint8)
    moving = animate(
        replace(inputs.source, frames=inputs.source.frames[one]),
        _only(inputs.source_poses, one),
        MaskSequence(inputs.source_masks.masks[one], inputs.source_masks.origin),
        _only(inputs.aligned_poses, one),
        dimmed,
    )
    picture: Frame = finish(moving).frames[0]
    return picture


def _only(poses: PoseSequence, part: slice) -> PoseSequence:
    return PoseSequence(poses.keypoints[part], poses.scores[part], poses.size)
