"""The edit in the source's own picture: real pixels wherever the edit has no business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import cv2
import numpy as np

from motionfollower.core.types import EditInputs, EditResult
from preprocess.types import Bools, Floats, Frames
from preprocess.video.crop import Pixels
from preprocess.video.read import stream_frames

MARGIN = 0.03
"""How far around both masks the edit may reach, as a part of the picture's longer side: hems, hair, contact shadows."""


def at_source_size(inputs: EditInputs, result: EditResult, *, lock: bool = True) -> Iterator[Frames]:
    """Yield the edit frame by frame uint8 [H, W, 3], at the size of the file that the source was read from.

    With the `lock` pixels away from the person, before and after, are exactly the source's; without it the edit
    is shown wherever the networks looked.
    """
    shares = locked_weights(inputs) if lock else unlocked_weights(inputs, result.reach)
    parts = (
        source_frames(inputs),
        at_file_size(inputs, result.edited.frames),
        at_file_size(inputs, (s[..., None] for s in shares)),
    )
    for source, frame, share in zip(*parts, strict=True):
        yield blend(source, frame, share[..., 0].clip(0, 1))


def source_frames(inputs: EditInputs) -> Iterator[Frames]:
    """The source's frames uint8 [H, W, 3] at the size of their file.

    The file is read again for it, so that a long clip is never held at its own size.
    """
    origin = inputs.origin
    if origin is None:
        return iter(inputs.source.frames)
    return stream_frames(origin.path, fps=inputs.source.fps, start=origin.start, count=len(inputs.source))


def at_file_size(inputs: EditInputs, pictures: Iterable[Pixels]) -> Iterator[Pixels]:
    """Yield pictures [h, w, C] of the working size at the size of the source's file."""
    origin = inputs.origin
    for picture in pictures:
        yield picture if origin is None else origin.framing.undo(picture[None], origin.size)[0]


def locked_weights(inputs: EditInputs) -> Iterator[Floats]:
    """How much of the edit each pixel takes, f32 [H, W] in [0, 1] a frame: 1 near both masks, feathered to 0."""
    for source, target in zip(inputs.source_masks.masks, inputs.target_masks.masks, strict=True):
        yield feather(source | target, _margin(inputs))


def unlocked_weights(inputs: EditInputs, reach: Bools | None) -> Iterator[Floats]:
    """The same without the lock: 1 as far as the networks looked, feathered to 0 before their picture ends."""
    beyond = np.zeros(inputs.source.frames.shape[1:3], bool) if reach is None else ~reach
    return repeat(1 - feather(beyond, _margin(inputs)), len(inputs.source))


def _margin(inputs: EditInputs) -> int:
    return max(1, round(MARGIN * max(inputs.source.size)))


def feather(mask: Bools, margin: int) -> Floats:
    """A mask bool [H, W] grown by `margin` pixels, with an edge as soft as that, f32 in [0, 1]."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray((2 - distance / margin).clip(0, 1), np.float32)


def blend(source: Frames, edit: Frames, share: Floats) -> Frames:
    """`share` [H, W] of the edit over the source; where it is 0 the source's pixels are exact."""
    mixed = source + share[..., None] * (edit.astype(np.float32) - source)
    return np.asarray(mixed.round(), np.uint8)
