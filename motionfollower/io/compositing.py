"""Composite the edit over the source's own frames: the source's exact pixels wherever the edit must not reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from motionfollower.core.types import EditedClip, EditInputs, Origin
from preprocess.types import Bools, Floats, Frame, Frames
from preprocess.video.crop import Pixels
from preprocess.video.read import stream_frames

MARGIN = 0.03
"""How far around both masks the edit may reach, as a fraction of the longer side: hems, hair, contact shadows."""


@dataclass(frozen=True)
class EditLayer:
    """An edit at the working size, to be composited over the source's frames at the size of their file.

    `frames` uint8 [F, h, w, 3] are the edit. With `masks` bool [F, h, w], where the person is before and after, the
    background is locked: pixels away from them stay the source's. Without, the edit is shown in all of `reach`
    bool [h, w], the region that the networks saw; None is the whole frame.
    """

    frames: Frames
    masks: Bools | None
    reach: Bools | None
    origin: Origin | None

    @classmethod
    def of(cls, inputs: EditInputs, edited: EditedClip, *, lock: bool) -> EditLayer:
        """The layer of an edit, with the background locked or not."""
        masks = inputs.source_masks.masks | inputs.target_masks.masks if lock else None
        return cls(edited.edited.frames, masks, edited.reach, inputs.origin)

    def composite(self, source: Frame, index: int) -> Frame:
        """Frame `index` of the edit over the `source` frame uint8 [H, W, 3]."""
        weight = at_file_size(self._weight(index)[..., None], self.origin)
        return blend(source, at_file_size(self.frames[index], self.origin), weight[..., 0].clip(0, 1))

    def _weight(self, index: int) -> Floats:
        """The blend weight of the edit at each pixel, f32 [h, w] in [0, 1]."""
        return self._reach_weight if self.masks is None else feather(self.masks[index], self._margin)

    @cached_property
    def _reach_weight(self) -> Floats:
        """1 as far as the networks saw, feathered to 0 before that region ends."""
        beyond = np.zeros(self.frames.shape[1:3], bool) if self.reach is None else ~self.reach
        return 1 - feather(beyond, self._margin)

    @property
    def _margin(self) -> int:
        height, width = self.frames.shape[1:3]
        return max(1, round(MARGIN * float(max(width, height))))


def source_frames(inputs: EditInputs) -> Iterator[Frame]:
    """The source's frames uint8 [H, W, 3] at the size of their file, which is decoded again, frame by frame."""
    origin = inputs.origin
    if origin is None:
        return iter(inputs.source.frames)
    return stream_frames(origin.media, fps=inputs.source.fps, start=origin.start, count=len(inputs.source))


def at_file_size(image: Pixels, origin: Origin | None) -> Pixels:
    """An image [h, w, C] of the working size at the size of the source's file."""
    return image if origin is None else origin.crop.undo(image[None], origin.media.size)[0]


def feather(mask: Bools, margin: int) -> Floats:
    """A mask bool [H, W] grown by `margin` pixels, with an edge as soft as that, f32 in [0, 1]."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray((2 - distance / margin).clip(0, 1), np.float32)


def blend(source: Frame, edit: Frame, weight: Floats) -> Frame:
    """The edit over the source by its `weight` [H, W]; where that is 0 the source's pixels are exact."""
    mixed = source + weight[..., None] * (edit.astype(np.float32) - source)
    return np.asarray(mixed.round(), np.uint8)
