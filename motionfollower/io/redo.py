"""Redo some frames of an earlier result and blend them into the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from motionfollower.core.config import Redo
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.io.compositing import blend
from motionfollower.io.result import ResultFiles
from preprocess.types import Floats, Frame, Size
from preprocess.video.probe import probe
from preprocess.video.read import stream_frames

CONTEXT = 8
"""Frames on each side of the new ones that are sampled with them, for temporal context."""

FADE = 3
"""Frames at each end of the new ones over which old frames are blended into them."""


def check_redo(redo: Redo, frames: int, size: Size, folder: Path) -> None:
    """InputError where the earlier result is not `frames` images of `size`, or `folder` would replace it."""
    if redo.last >= frames:
        raise SettingsError.out_of_range("redo", f"{redo.first}-{redo.last}", f"frames 0 to {frames - 1}")
    if folder.resolve() == redo.earlier.resolve():
        raise OutputError(f"{folder} holds the earlier result, which the new one builds on. Choose another folder.")
    media = probe(ResultFiles(redo.earlier).frames)
    if (len(media.images), media.size) != (frames, size):
        raise InputError(
            f"{redo.earlier} has {len(media.images)} frames of {media.size}; the run has {frames} of {size}. "
            "Pass the result as the run wrote it."
        )


def frames_to_sample(redo: Redo, frames: int) -> range:
    """The frames to sample: those to redo, and some on each side."""
    return range(max(0, redo.first - CONTEXT), min(frames, redo.last + 1 + CONTEXT))


def blend_weights(redo: Redo, frames: int) -> Floats:
    """The blend weight of each new frame, f32 [F]: 0 outside the range, 1 inside, less at its ends."""
    index = np.arange(frames)
    fade = min(FADE, (redo.last - redo.first) // 2) + 1
    begins = (index - redo.first + 1) / fade if redo.first > 0 else index >= 0
    ends = (redo.last - index + 1) / fade if redo.last < frames - 1 else index >= 0
    return np.minimum(begins, ends).clip(0, 1).astype(np.float32)


def stitch(redo: Redo, pairs: Iterable[tuple[Frame, Frame]], count: int) -> Iterator[tuple[Frame, Frame]]:
    """Blend new frames into the earlier result; outside the range that stays bit for bit.

    `pairs` are the source's and the new frames uint8 [H, W, 3], `count` of them.
    """
    earlier = stream_frames(ResultFiles(redo.earlier).frames)
    for old, (source, new), weight in zip(earlier, pairs, blend_weights(redo, count), strict=True):
        yield source, blend(old, new, np.full(old.shape[:2], weight)) if weight else old
