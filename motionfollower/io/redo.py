"""Some frames of an earlier result made anew, and joined to the others without a seam."""

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
"""Frames beside the new ones that are sampled with them, so that the motion goes on as it was."""

FADE = 3
"""Frames at each end of the new ones over which the old picture gives way to the new."""


def check_redo(redo: Redo, frames: int, size: Size, folder: Path) -> None:
    """InputError where the earlier result isn't `frames` pictures of `size`, or `folder` would replace it."""
    if redo.last >= frames:
        raise SettingsError.out_of_range("redo", f"{redo.first}-{redo.last}", f"frames 0 to {frames - 1}")
    if folder.resolve() == redo.earlier.resolve():
        raise OutputError(f"{folder} holds the earlier result, which the new one builds on. Choose another folder.")
    media = probe(ResultFiles(redo.earlier).frames)
    if (len(media.pictures), media.size) != (frames, size):
        raise InputError(
            f"{redo.earlier} has {len(media.pictures)} frames of {media.size}; the run has {frames} of {size}. "
            "Give the result as the run wrote it."
        )


def frames_to_sample(redo: Redo, frames: int) -> range:
    """The frames to sample: those made anew, and some beside them."""
    return range(max(0, redo.first - CONTEXT), min(frames, redo.last + 1 + CONTEXT))


def blend_weights(redo: Redo, frames: int) -> Floats:
    """How much of the new picture each frame shows, f32 [F]: 0 outside the range, 1 inside, less at its ends."""
    index = np.arange(frames)
    fade = min(FADE, (redo.last - redo.first) // 2) + 1
    begins = (index - redo.first + 1) / fade if redo.first > 0 else index >= 0
    ends = (redo.last - index + 1) / fade if redo.last < frames - 1 else index >= 0
    return np.minimum(begins, ends).clip(0, 1).astype(np.float32)


def stitch(redo: Redo, frames: Iterable[Frame], count: int) -> Iterator[Frame]:
    """Yield the earlier result's frames uint8 [H, W, 3] with new ones among them; outside the range bit for bit."""
    earlier = stream_frames(ResultFiles(redo.earlier).frames)
    for old, new, share in zip(earlier, frames, blend_weights(redo, count), strict=True):
        yield blend(old, new, np.full(old.shape[:2], share)) if share else old
