"""What the networks see of the clips, and the way back: the working size, or a crop around the person.

A small model sees a square crop that the person fills. Its edit is made over the puppet at the clip's own fineness and
comes back as a change of it, so that what the puppet already shows right keeps its full sharpness.
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

POSE_DRAWING_SIZE = 512
"""Poses are drawn at least this large, then made smaller: the released drawings' strokes suit this size."""

CROP_MARGIN = 0.15


@dataclass(frozen=True)
class ModelInputs:
    """The clips as the networks see them: pictures uint8 [F, h, w, 3], masks bool [F, h, w].

    `detail` is the puppet in the same framing as finely as the clip has it, at a whole multiple of the size; the
    networks don't see it, their edit is shown over it.
    """

    framing: Crop
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
            self.framing,
            self.source[span],
            self.source_pose[span],
            self.target_pose[span],
            self.source_mask[span],
            self.target_mask[span],
            None if self.puppet is None else self.puppet[span],
            None if self.detail is None else self.detail[span],
        )


def make_model_inputs(inputs: EditInputs, puppet: Frames | None, size: Size | None) -> ModelInputs:
    """The clips at `size`, in a crop around the person; all of the picture at the working size where it is None."""
    if size is None:
        whole = Crop.letterbox(inputs.source.size, inputs.source.size)
        return model_inputs_through(whole, inputs, puppet, is_whole=True)
    around = Crop.around(inputs.source_masks, inputs.target_masks, size=size, margin=CROP_MARGIN)
    view = model_inputs_through(around, inputs, puppet)
    return view if puppet is None else replace(view, detail=_full_resolution(around).apply(puppet))


def _full_resolution(framing: Crop) -> Crop:
    """The same part of the clip, no less fine than the clip is."""
    times = ceil(1 / framing.scale)
    return replace(framing, size=(times * framing.size[0], times * framing.size[1]))


def model_inputs_through(
    framing: Crop, inputs: EditInputs, puppet: Frames | None, *, is_whole: bool = False
) -> ModelInputs:
    """The clips in any framing; where it `is_whole`, pose pictures that somebody else drew are used as they stand."""
    return ModelInputs(
        framing=framing,
        source=framing.apply(inputs.source.frames),
        source_pose=_draw(inputs.source_poses, framing, is_whole=is_whole),
        target_pose=_draw(inputs.aligned_poses, framing, is_whole=is_whole),
        source_mask=framing.apply_masks(inputs.source_masks.masks),
        target_mask=framing.apply_masks(inputs.target_masks.masks),
        puppet=None if puppet is None else framing.apply(puppet),
    )


def _draw(poses: PoseSequence, framing: Crop, *, is_whole: bool) -> Frames:
    if is_whole and poses.drawings is not None:
        return poses.drawings
    width, height = framing.size
    enlargement = ceil(POSE_DRAWING_SIZE / max(width, height))
    large = replace(framing, size=(width * enlargement, height * enlargement))
    drawn = draw_poses(large.apply_poses(poses))
    return np.stack([cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA) for picture in drawn])


def paste_back(edited: Floats, first: int, view: ModelInputs, inputs: EditInputs, puppet: Frames | None) -> Frames:
    """The networks' edit f32 [F, h, w, 3] of the frames from the `first` on, in grey levels, at the working size.

    In other frames and outside of the view the source stays. Where the view has the puppet's detail, the edit is as
    fine, and its change of it is added to the puppet.
    """
    frames = inputs.source.frames.copy()
    for index, picture in enumerate(edited, first):
        frames[index] = paste_frame(picture, index, view, inputs, puppet)
    return frames


def paste_frame(edited: Floats, index: int, view: ModelInputs, inputs: EditInputs, puppet: Frames | None) -> Frame:
    """One frame f32 [h, w, 3] of the networks' edit, as `paste_back` treats it."""
    size = inputs.source.size
    if puppet is None or view.detail is None:
        picture = view.framing.undo(edited[None], size)[0]
    else:
        picture = puppet[index] + _full_resolution(view.framing).undo(edited[None] - view.detail[index], size)[0]
    covered = view.framing.coverage(size)[..., None]
    return np.asarray(np.where(covered, picture.round().clip(0, 255), inputs.source.frames[index]), np.uint8)
