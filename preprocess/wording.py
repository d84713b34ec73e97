"""Frames in words, for the sentences that warn of them."""

import numpy as np

from preprocess.types import Bools


def name_frames(chosen: Bools) -> str:
    """The chosen frames of bool [F] in words, counted from 0: "frame 3", "frames 3, 12–30"."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    runs = [f"{first}" if first == end - 1 else f"{first}–{end - 1}" for first, end in edges.reshape(-1, 2)]
    return f"{'frame' if np.count_nonzero(chosen) == 1 else 'frames'} {', '.join(runs)}"
