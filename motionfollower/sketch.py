"""A first look at an edit, before its work: one frame of the person in the new pose, over the frame dimmed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionfollower.types import EditInputs
from preprocess.finish import finish
from preprocess.puppet import animate
from preprocess.types import Frame

DIMMED = 0.4


def sketch(inputs: EditInputs, index: int) -> Frame:
    """Frame `index` with its own person moved limb by limb, uint8 [H, W, 3]; takes about a tenth of a second."""
    one = range(index, index + 1)
    frame = inputs.source.frames[index : index + 1]
    dimmed = np.asarray(frame * DIMMED, np.uint8)
    moving = animate(
        replace(inputs.source, frames=frame),
        inputs.source_poses.part(one),
        inputs.source_masks.part(one),
        inputs.aligned_poses.part(one),
        dimmed,
        inputs.target_masks.part(one),
    )
    picture: Frame = finish(moving).frames[0]
    return picture
