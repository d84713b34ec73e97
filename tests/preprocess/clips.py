"""The bundled example clips, and MediaPipe's observations of a few of their frames."""

from functools import cache
from pathlib import Path

import numpy as np

from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.types import Bools, Clip, Frames, Observation
from preprocess.video.read import read_clip

EXAMPLES = Path(__file__).parents[2] / "examples"
FPS = 8


@cache
def read_example(name: str, frames: int = 3) -> Clip:
    """The first frames, 512 × 512, of the example whose file name contains `name`."""
    (path,) = EXAMPLES.glob(f"*{name}*.mp4")
    return read_clip(path, max_frames=frames)


@cache
def observe_example(name: str, frames: int = 3) -> Observation:
    return observe(read_example(name, frames).frames)


def observe(frames: Frames) -> Observation:
    return HolisticEstimator().estimate(Clip(frames, FPS))


def masks_of(seen: Observation) -> Bools:
    """The masks that came with the poses, bool [F, H, W]."""
    assert seen.masks is not None
    return seen.masks.masks


def overlap(mask: Bools, other: Bools) -> float:
    """Intersection over union."""
    return float(np.count_nonzero(mask & other) / np.count_nonzero(mask | other))
