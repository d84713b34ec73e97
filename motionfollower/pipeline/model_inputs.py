"""What the networks see of the clips, the whole frame or a crop around the person, and how their edit is pasted back.

A small model sees a square crop that the person fills. Its edit is made over the puppet at the clip's own resolution
and is pasted back as a change of the puppet, so that what the puppet already shows correctly keeps its sharpness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import cv2
import numpy as np

from motionfollower.core.types import EditInputs
from preprocess.pose.render import draw_poses
from preprocess.types import Bools, Floats, Frame, Frames, PoseSequence, Size
from preprocess.video.crop import Crop

POSE_RENDER_SIZE = 512
"""Poses are drawn at least this large, then scaled down: the stroke width of the released drawings suits this size."""

CROP_MARGIN = 0.15
"""The space on each side, as a fraction of the box around the person."""


@dataclass(frozen=True)
class ModelInputs:
    """The clips as the networks see them: images uint8 [F, h, w, 3], masks bool [F, h, w].

    `detail` is the puppet in the same crop at the clip's own resolution, a whole multiple of the size; the networks do
    not see it, their edit is decoded over it.
    """

    crop: Crop
    source: Frames
    source_pose: Frames
    target_pose: Frames
    source_mask: Bools
    target_mask: Bools
    puppet: Frames | None
    detail: Frames | None = None

    def part(self, frames: range) -> ModelInputs:
        """Some of the frames."""
        span = slice(frames.start, frames.stop)
        return ModelInputs(
            self.crop,
            self.source[span],
            self.source_pose[span],
            self.target_pose[span],
            self.source_mask[span],
            self.target_mask[span],
            None if self.puppet is None else self.puppet[span],
            None if self.detail is None else self.detail[span],
        )


def make_model_inputs(inputs: EditInputs, puppet: Frames | None, size: Size | None) -> ModelInputs:
    """The clips at `size`, in a crop around the person; the whole frame at the working size where it is None."""
    if size is None:
        whole = Crop.letterbox(inputs.source.size, inputs.source.size)
        return crop_inputs(whole, inputs, puppet, is_whole=True)
    around = Crop.around(inputs.source_masks, inputs.target_masks, size=size, margin=CROP_MARGIN)
    model_inputs = crop_inputs(around, inputs, puppet)
    return model_inputs if puppet is None else replace(model_inputs, detail=_full_resolution(around).apply(puppet))


def _full_resolution(crop: Crop) -> Crop:
    """The same part of the clip at no lower resolution than the clip's."""
    factor = ceil(1 / crop.scale)
    return replace(crop, size=(factor * crop.size[0], factor * crop.size[1]))


def crop_inputs(crop: Crop, inputs: EditInputs, puppet: Frames | None, *, is_whole: bool = False) -> ModelInputs:
    """The clips in any crop; where it `is_whole`, pose drawings that came with a case are used unchanged."""
    return ModelInputs(
        crop=crop,
        source=crop.apply(inputs.source.frames),
        source_pose=_draw(inputs.source_poses, crop, is_whole=is_whole),
        target_pose=_draw(inputs.aligned_poses, crop, is_whole=is_whole),
        source_mask=crop.apply_masks(inputs.source_masks.masks),
        target_mask=crop.apply_masks(inputs.target_masks.masks),
        puppet=None if puppet is None else crop.apply(puppet),
    )


def _draw(poses: PoseSequence, crop: Crop, *, is_whole: bool) -> Frames:
    if is_whole and poses.drawings is not None:
        return poses.drawings
    width, height = crop.size
    factor = ceil(POSE_RENDER_SIZE / max(width, height))
    large = replace(crop, size=(width * factor, height * factor))
    drawings = draw_poses(large.apply_poses(poses))
    return np.stack([cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) for image in drawings])


def paste_back(
    edited: Floats, first: int, model_inputs: ModelInputs, inputs: EditInputs, puppet: Frames | None
) -> Frames:
    """The networks' edit f32 [F, h, w, 3] of the frames from `first` on, in grey levels, pasted at the working size.

    Other frames and the region outside the crop remain the source's. Where the model inputs have the puppet's detail,
    the edit has that resolution, and its difference from the detail is added to the puppet.
    """
    frames = inputs.source.frames.copy()
    for index, image in enumerate(edited, first):
        frames[index] = paste_frame(image, index, model_inputs, inputs, puppet)
    return frames


def paste_frame(
    edited: Floats, index: int, model_inputs: ModelInputs, inputs: EditInputs, puppet: Frames | None
) -> Frame:
    """One frame f32 [h, w, 3] of the networks' edit, as `paste_back` pastes it."""
    size, crop = inputs.source.size, model_inputs.crop
    if puppet is None or model_inputs.detail is None:
        image = crop.undo(edited[None], size)[0]
    else:
        image = puppet[index] + _full_resolution(crop).undo(edited[None] - model_inputs.detail[index], size)[0]
    covered = crop.coverage(size)[..., None]
    return np.asarray(np.where(covered, image.round().clip(0, 255), inputs.source.frames[index]), np.uint8)
