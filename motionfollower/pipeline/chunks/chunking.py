"""The chunks of a long clip: spans of frames that overlap, and the seams over which one is blended into the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from motionfollower.io.compositing import blend
from preprocess.types import Frame


@dataclass(frozen=True)
class Chunking:
    """How a long clip is split, in frames.

    Clips of more than `longest` frames are edited in chunks, none of which is longer. Neighbours share `overlap`
    frames, or one less; over the `fade` frames in the middle of these the earlier chunk is blended into the later one,
    the others only give each chunk temporal context. People are detected in spans of `detection` frames.
    """

    longest: int = 96
    overlap: int = 16
    fade: int = 8
    detection: int = 64

    def chunks(self, frames: int) -> tuple[range, ...]:
        """As few chunks as possible, all of one length, evenly spaced."""
        count = max(1, ceil((frames - self.overlap) / (self.longest - self.overlap)))
        length = ceil((frames + (count - 1) * self.overlap) / count)
        starts = np.linspace(0, frames - length, count).round().astype(int).tolist()
        return tuple(range(start, start + length) for start in starts)

    def seams(self, frames: int) -> tuple[range, ...]:
        """The frames over which each chunk is blended into the next."""
        middles = [(earlier.stop + later.start) // 2 for earlier, later in pairwise(self.chunks(frames))]
        return tuple(range(middle - self.fade // 2, middle + self.fade // 2) for middle in middles)

    def detection_spans(self, frames: int) -> tuple[range, ...]:
        """The spans in which people are detected."""
        return tuple(range(first, min(first + self.detection, frames)) for first in range(0, frames, self.detection))


DEFAULT_CHUNKING = Chunking()

Composite = Callable[[int, int, Frame], Frame]
"""`composite(chunk, frame, source)`: a chunk's edit of a frame of the clip over the source's frame."""


def blend_chunks(
    chunks: Sequence[range], seams: Sequence[range], source: Iterable[Frame], composite: Composite
) -> Iterator[tuple[Frame, Frame]]:
    """Yield each of the `source` frames uint8 [H, W, 3] with its edit, blended over the seams of the chunks."""
    chunk = 0
    for frame, original in enumerate(source):
        chunk += chunk < len(seams) and frame == seams[chunk].stop
        edited = composite(chunk, frame, original)
        if chunk < len(seams) and frame in seams[chunk]:
            weight = (frame - seams[chunk].start + 1) / (len(seams[chunk]) + 1)
            later = composite(chunk + 1, frame, original)
            edited = blend(edited, later, np.full(edited.shape[:2], weight, np.float32))
        yield original, edited
    assert frame + 1 == chunks[-1].stop
