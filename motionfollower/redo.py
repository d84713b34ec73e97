"""Some frames of an earlier result made anew, and joined to the others without a seam."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionfollower.composite import blend
from motionfollower.errors import InputError, OutputError, SettingsError
from motionfollower.results import ResultFiles
from preprocess.probe import probe
from preprocess.types import Floats, Frame, Size
from preprocess.video import stream_frames

CONTEXT = 8
"""Frames beside the new ones that are sampled with them, so that the motion goes on as it was."""

FADE = 3
"""Frames at each end of the new ones over which the old picture gives way to the new."""


@dataclass(frozen=True)
class Redo:
    """Make the frames `first` to `last`, counted from 0, of the result in the folder `earlier` anew."""

    first: int
    last: int
    earlier: Path

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise SettingsError.out_of_range("redo", f"{self.first}-{self.last}", "FIRST-LAST, counted from 0")

    def check(self, frames: int, size: Size, folder: Path) -> None:
        """InputError where the earlier result isn't `frames` pictures of `size`, or `folder` would replace it."""
        if self.last >= frames:
            raise SettingsError.out_of_range("redo", f"{self.first}-{self.last}", f"frames 0 to {frames - 1}")
        if folder.resolve() == self.earlier.resolve():
            raise OutputError(f"{folder} holds the earlier result, which the new one builds on. Choose another folder.")
        media = probe(ResultFiles(self.earlier).frames)
        if (len(media.pictures), media.size) != (frames, size):
            raise InputError(
                f"{self.earlier} has {len(media.pictures)} frames of {media.size}; the run has {frames} of {size}. "
                "Give the result as the run wrote it."
            )

    def sampled(self, frames: int) -> range:
        """The frames to sample: those made anew, and some beside them."""
        return range(max(0, self.first - CONTEXT), min(frames, self.last + 1 + CONTEXT))

    def shares(self, frames: int) -> Floats:
        """How much of the new picture each frame shows, f32 [F]: 0 outside the range, 1 inside, less at its ends."""
        index = np.arange(frames)
        fade = min(FADE, (self.last - self.first) // 2) + 1
        begins = (index - self.first + 1) / fade if self.first > 0 else index >= 0
        ends = (self.last - index + 1) / fade if self.last < frames - 1 else index >= 0
        return np.minimum(begins, ends).clip(0, 1).astype(np.float32)


def stitch(redo: Redo, frames: Iterable[Frame], count: int) -> Iterator[Frame]:
    """Yield the earlier result's frames uint8 [H, W, 3] with new ones among them; outside the range bit for bit."""
    earlier = stream_frames(ResultFiles(redo.earlier).frames)
    for old, new, share in zip(earlier, frames, redo.shares(count), strict=True):
        yield blend(old, new, np.full(old.shape[:2], share)) if share else old
