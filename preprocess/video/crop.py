"""The working size of a clip, and crops that map frames, masks and poses to it and edited frames back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from preprocess.types import Bools, Floats, Frames, InputError, MaskSequence, PoseSequence, Size

CropBox = tuple[float, float, float, float]  # left, top, width, height
Padding = tuple[tuple[int, int], tuple[int, int]]  # (above, below), (left, right)
Pixels = TypeVar("Pixels", Frames, Floats)

MAX_ASPECT = 4.0  # beyond it the working size is too far from the sizes that the model was trained on


def fit_within(size: Size, side: int) -> Size:
    """`size` reduced so that its longer side is at most `side`, with its aspect kept up to rounding."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def working_size(size: Size, area: int = 512 * 512, multiple: int = 64) -> Size:
    """The size of about `area` pixels with sides in whole `multiple`s whose aspect is nearest to that of `size`.

    Aspects beyond 4:1 are clamped to 4:1; a `Crop` then crops or letterboxes the rest.
    """
    aspect = min(max(size[0] / size[1], 1 / MAX_ASPECT), MAX_ASPECT)
    sizes = product(_around(math.sqrt(area * aspect), multiple), _around(math.sqrt(area / aspect), multiple))
    return min(sizes, key=lambda size: (abs(math.log(size[0] / size[1] / aspect)), abs(size[0] * size[1] - area)))


def _around(side: float, multiple: int) -> tuple[int, int]:
    """The multiples just below and above, each at least one `multiple`."""
    return max(1, math.floor(side / multiple)) * multiple, max(1, math.ceil(side / multiple)) * multiple


@dataclass(frozen=True)
class Crop:
    """A `box` of the clip resampled to `size`.

    The box is (left, top, width, height) in pixels from the frame's upper left corner: (0, 0, width, height) is the
    whole frame. It may extend beyond the frame. Its aspect is that of `size`.
    """

    box: CropBox
    size: Size

    def __post_init__(self) -> None:
        if min(self.box[2:]) <= 0 or not math.isclose(self.box[3] * self.scale, self.size[1], rel_tol=1e-6):
            raise ValueError(f"Crop: the aspect of the box {self.box} is not that of {self.size}.")

    @classmethod
    def letterbox(cls, clip_size: Size, size: Size) -> Crop:
        """The whole frame, padded where its aspect differs."""
        return cls._centred(clip_size, size, max(clip_size[0] / size[0], clip_size[1] / size[1]))

    @classmethod
    def crop(cls, clip_size: Size, size: Size) -> Crop:
        """The largest centred box of the frame that fills `size`."""
        return cls._centred(clip_size, size, min(clip_size[0] / size[0], clip_size[1] / size[1]))

    @classmethod
    def around(cls, *masks: MaskSequence, size: Size, margin: float = 0.1) -> Crop:
        """The smallest box that contains the masks of all frames; all `masks` have the clip's size.

        `margin` is the space on each side as a fraction of that box; it shrinks where the box would exceed the frame.
        The box lies inside the frame where it fits, and is centred on the frame along an axis where it doesn't.
        InputError where all masks are empty.
        """
        left, top, right, bottom = _extent(np.any([part.masks.any(axis=0) for part in masks], axis=0))
        clip_width, clip_height = masks[0].size
        needed = max((right - left) / size[0], (bottom - top) / size[1])
        largest_inside = min(clip_width / size[0], clip_height / size[1])
        scale = max(needed, min(needed * (1 + 2 * margin), largest_inside))
        width, height = size[0] * scale, size[1] * scale
        x = _shift_inside((left + right - width) / 2, width, clip_width)
        y = _shift_inside((top + bottom - height) / 2, height, clip_height)
        return cls((x, y, width, height), size)

    @classmethod
    def _centred(cls, clip_size: Size, size: Size, scale: float) -> Crop:
        """The centred box in which `scale` clip pixels become one cropped pixel."""
        width, height = size[0] * scale, size[1] * scale
        return cls(((clip_size[0] - width) / 2, (clip_size[1] - height) / 2, width, height), size)

    @property
    def scale(self) -> float:
        """Cropped pixels per clip pixel."""
        return self.size[0] / self.box[2]

    @property
    def transform(self) -> Floats:
        """The affine map from clip pixels to cropped pixels, f32 [2, 3]; pixel centres are at integers."""
        left, top = self.box[:2]
        shift_x, shift_y = (0.5 - left) * self.scale - 0.5, (0.5 - top) * self.scale - 0.5
        return np.array([[self.scale, 0, shift_x], [0, self.scale, shift_y]], dtype=np.float32)

    def apply(self, frames: Frames) -> Frames:
        """Crop frames uint8 [F, H, W, 3]; beyond the frame its border is replicated."""
        padding, box = self._padding((frames.shape[2], frames.shape[1]))
        return np.stack([_resized(np.pad(frame, (*padding, (0, 0)), mode="edge"), self.size, box) for frame in frames])

    def apply_masks(self, masks: Bools) -> Bools:
        """Crop masks bool [F, H, W]; False beyond the frame."""
        padding, box = self._padding((masks.shape[2], masks.shape[1]))
        padded = (np.pad(mask, padding).astype(np.float32)[..., None] for mask in masks)
        return np.stack([_resized(mask, self.size, box)[..., 0] >= 0.5 for mask in padded])

    def apply_poses(self, poses: PoseSequence) -> PoseSequence:
        """The joints in cropped pixels."""
        return poses.transformed(np.repeat(self.transform[None], len(poses), axis=0), self.size)

    def undo(self, cropped: Pixels, clip_size: Size) -> Pixels:
        """Paste cropped images [F, h, w, C] into frames of `clip_size`; 0 outside `coverage`.

        uint8 RGB, or f32 with any channels; f32 may overshoot its range by some per cent at hard edges (Lanczos).
        """
        columns, rows = self._covered(clip_size)
        left, top = self.box[:2]
        box = (columns.start - left, rows.start - top, columns.stop - left, rows.stop - top)
        size = (columns.stop - columns.start, rows.stop - rows.start)
        frames = np.zeros((len(cropped), clip_size[1], clip_size[0], cropped.shape[3]), cropped.dtype)
        for frame, image in zip(frames, cropped, strict=True):
            frame[rows, columns] = _resized(image, size, [edge * self.scale for edge in box])
        return frames

    def coverage(self, clip_size: Size) -> Bools:
        """The pixels that `undo` fills, bool [H, W]: those of the frame that lie wholly in the box."""
        columns, rows = self._covered(clip_size)
        covered = np.zeros((clip_size[1], clip_size[0]), np.bool_)
        covered[rows, columns] = True
        return covered

    def _covered(self, clip_size: Size) -> tuple[slice, slice]:
        """The columns and rows of the frame that lie wholly in the box."""
        left, top, width, height = self.box
        return _whole_pixels(left, left + width, clip_size[0]), _whole_pixels(top, top + height, clip_size[1])

    def _padding(self, clip_size: Size) -> tuple[Padding, Sequence[float]]:
        """The padding that makes the frame contain the box, and the box's four edges in the padded frame."""
        left, top, width, height = self.box
        columns = max(math.ceil(-left), 0), max(math.ceil(left + width) - clip_size[0], 0)
        rows = max(math.ceil(-top), 0), max(math.ceil(top + height) - clip_size[1], 0)
        x, y = left + columns[0], top + rows[0]
        return (rows, columns), (x, y, x + width, y + height)


def _resized(image: Pixels, size: Size, box: Sequence[float]) -> Pixels:
    """The part of `image` between the edges left, top, right, bottom, resampled to `size` without aliasing."""
    height, width = image.shape[:2]
    inside = (max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height))  # against rounding errors
    if image.dtype == np.uint8:
        return np.asarray(Image.fromarray(image).resize(size, Resampling.LANCZOS, inside))
    planes = (Image.fromarray(plane).resize(size, Resampling.LANCZOS, inside) for plane in np.moveaxis(image, -1, 0))
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _extent(mask: Bools) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the bounding box of a mask bool [H, W]."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise InputError("No mask shows a person, so there is nothing to edit. Paint the person white in one of them.")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _shift_inside(start: float, length: float, limit: float) -> float:
    """`start` shifted so that `length` lies within [0, limit], or is centred on it where it is longer."""
    return (limit - length) / 2 if length > limit else min(max(start, 0), limit - length)


def _whole_pixels(start: float, stop: float, count: int) -> slice:
    """Those of `count` pixels that lie wholly between two edges, up to rounding errors."""
    return slice(max(math.ceil(start - 1e-6), 0), min(math.floor(stop + 1e-6), count))
