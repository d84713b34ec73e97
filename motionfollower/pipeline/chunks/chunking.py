"""The parts of a long clip: stretches of frames that overlap, and how one gives way to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from motionfollower.io.compositing import blend
from preprocess.types import Frame


@dataclass(frozen=True)
class Chunking:
    """How a long clip is cut, in frames.

    Clips of more than `longest` frames are edited in parts, none of which is longer. Neighbours share `overlap`, or
    one less; over the `fade` frames in the middle of them the earlier part's picture gives way to the later one's,
    the others only show each part how the motion goes on. People are looked for in `glance` frames at a time.
    """

    longest: int = 96
    overlap: int = 16
    fade: int = 8
    glance: int = 64

    def parts(self, frames: int) -> tuple[range, ...]:
        """As few parts as there can be, all of one length, evenly spread."""
        count = max(1, ceil((frames - self.overlap) / (self.longest - self.overlap)))
        length = ceil((frames + (count - 1) * self.overlap) / count)
        starts = np.linspace(0, frames - length, count).round().astype(int).tolist()
        return tuple(range(start, start + length) for start in starts)

    def seams(self, frames: int) -> tuple[range, ...]:
        """The frames over which each part gives way to the next."""
        middles = [(earlier.stop + later.start) // 2 for earlier, later in pairwise(self.parts(frames))]
        return tuple(range(middle - self.fade // 2, middle + self.fade // 2) for middle in middles)

    def glances(self, frames: int) -> tuple[range, ...]:
        """The frames that are looked at in one go."""
        return tuple(range(first, min(first + self.glance, frames)) for first in range(0, frames, self.glance))


DEFAULT_CHUNKING = Chunking()


def blend_chunks(
    parts: Sequence[range], seams: Sequence[range], picture: Callable[[int, int], Frame]
) -> Iterator[Frame]:
    """Yield the whole clip's frames uint8 [H, W, 3]; `picture(part, frame)` is what a part has for a frame of it."""
    part = 0
    for frame in range(parts[-1].stop):
        part += part < len(seams) and frame == seams[part].stop
        shown = picture(part, frame)
        if part < len(seams) and frame in seams[part]:
            share = (frame - seams[part].start + 1) / (len(seams[part]) + 1)
            shown = blend(shown, picture(part + 1, frame), np.full(shown.shape[:2], share, np.float32))
        yield shown
