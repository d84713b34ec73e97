"""Peak memory of a long edit against a short one's, and the visibility of the seams between its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from motionfollower.io.result import ResultFiles
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING
from motionfollower.research.evaluation.speed import SOURCE, TARGET, run_edit_process
from preprocess.types import Frame
from preprocess.video.read import read_clip, stream_frames
from preprocess.video.write import write_video

SHORT, LONG = 96, 600  # frames
SIDE = 256  # pixels
GB = 1e9

PEAK_GOAL = 1.15  # of the long edit relative to the short one


@dataclass(frozen=True)
class ChunkedCost:
    """Time and memory of edits of a short and a long clip, and the visibility of the long one's seams.

    `seam_ratio` is the mean change from frame to frame at the seams, relative to the change at the same moments of
    the periodic motion inside the chunks.
    """

    short_frames: int
    long_frames: int
    side: int
    short_seconds: float
    long_seconds: float
    short_peak_gb: float
    long_peak_gb: float
    seam_ratio: float

    @property
    def peak_ratio(self) -> float:
        """The long edit's peak memory relative to the short one's."""
        return self.long_peak_gb / self.short_peak_gb

    def text(self) -> str:
        """A table for the terminal."""
        return "\n".join(
            [
                f"Edits of {self.short_frames} and of {self.long_frames} frames of {self.side}x{self.side}",
                f"  {'seconds':24}{self.short_seconds:8.1f}{self.long_seconds:8.1f}",
                f"  {'peak memory, GB':24}{self.short_peak_gb:8.2f}{self.long_peak_gb:8.2f}",
                f"  {'ratio':24}{self.peak_ratio:16.2f}   goal: at most {PEAK_GOAL:.2f}",
                f"  {'change at seams, ratio':24}{self.seam_ratio:16.2f}   1: as inside the chunks",
            ]
        )


def measure_chunked(short: int = SHORT, long: int = LONG, side: int = SIDE) -> ChunkedCost:
    """Run `python -m motionfollower edit` twice, each in its own process; InputError where one fails.

    The clips are bundled ones, played forwards and backwards until they are long enough.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clips = (folder / "source.mp4", folder / "target.mp4")
        period = _write_ping_pong(SOURCE, clips[0], long, side)
        _write_ping_pong(TARGET, clips[1], long, side)
        short_seconds, short_peak = run_edit_process(*clips, folder / "short", short)
        long_seconds, long_peak = run_edit_process(*clips, folder / "long", long)
        ratio = seam_ratio(_changes(folder / "long"), DEFAULT_CHUNKING.seams(long), period)
    return ChunkedCost(short, long, side, short_seconds, long_seconds, short_peak / GB, long_peak / GB, ratio)


def _write_ping_pong(origin: Path, clip: Path, frames: int, side: int) -> int:
    """Write a clip of `frames` frames that plays `origin` forwards and backwards; returns its period in frames."""
    once = read_clip(origin, size=(side, side))
    order = [*range(len(once)), *range(len(once) - 2, 0, -1)]
    write_video(clip, (once.frames[order[index % len(order)]] for index in range(frames)), once.fps)
    return len(order)


def _changes(result: Path) -> NDArray[np.float64]:
    """The mean absolute change between consecutive frames of a result, in grey levels [F − 1]."""
    return np.array([_difference(*pair) for pair in pairwise(stream_frames(ResultFiles(result).frames))])


def _difference(before: Frame, after: Frame) -> float:
    return float(np.abs(after.astype(np.int16) - before).mean())


def seam_ratio(changes: NDArray[np.float64], seams: Sequence[range], period: int) -> float:
    """The mean of the changes [F − 1] at the seams over the mean of those at the same phases elsewhere.

    A change is at a seam where one of its two frames is; two changes have one phase where they are a multiple of
    `period` frames apart.
    """
    at_seam = np.zeros(len(changes), bool)
    for seam in seams:
        at_seam[seam.start - 1 : seam.stop] = True
    phases = np.arange(len(changes)) % period
    expected = [changes[(phases == phases[index]) & ~at_seam].mean() for index in np.flatnonzero(at_seam)]
    return float(changes[at_seam].mean() / np.mean(expected))
