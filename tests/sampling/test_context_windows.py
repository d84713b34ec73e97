"""Context windows of long clips, and the blending of their outputs."""

from itertools import pairwise

import pytest
import torch

from motionfollower.sampling.context_windows import WindowAccumulator, context_windows, edge_weights

CLIPS = pytest.mark.parametrize(
    ("frames", "window", "overlap"), [(33, 32, 8), (100, 32, 8), (2000, 32, 8), (9, 4, 3), (10, 4, 0), (7, 1, 0)]
)
STEPS = pytest.mark.parametrize("step", [0, 1])


@CLIPS
@STEPS
def test_windows_cover_every_frame_and_overlap(frames: int, window: int, overlap: int, step: int):
    windows = context_windows(frames, window, overlap, step)
    assert {frame for part in windows for frame in range(part.start, part.stop)} == set(range(frames))
    assert all(part.stop - part.start == window for part in windows)
    assert all(before.stop - after.start >= overlap for before, after in pairwise(windows))


@pytest.mark.parametrize("frames", [1, 31, 32])
@STEPS
def test_a_short_clip_is_one_window(frames: int, step: int):
    assert context_windows(frames, 32, 8, step) == [slice(0, frames)]


def test_odd_steps_have_other_windows():
    even, odd = (context_windows(200, 32, 8, step) for step in (0, 1))
    assert not {part.start for part in even[1:-1]} & {part.start for part in odd[1:-1]}


def test_weights_fall_towards_the_edges_but_not_to_zero():
    assert edge_weights(8, 2).tolist() == pytest.approx([1 / 3, 2 / 3, 1, 1, 1, 1, 2 / 3, 1 / 3])
    assert edge_weights(4, 0).tolist() == [1, 1, 1, 1]


@CLIPS
@STEPS
def test_blending_weights_sum_to_one(frames: int, window: int, overlap: int, step: int):
    accumulator = WindowAccumulator(torch.zeros(1, 2, frames, 1, 1), overlap)
    for part in context_windows(frames, window, overlap, step):
        accumulator.add(part, torch.full((1, 2, part.stop - part.start, 1, 1), 7.0))
    torch.testing.assert_close(accumulator.mean(), torch.full((1, 2, frames, 1, 1), 7.0))


def test_windows_with_different_outputs_are_crossfaded():
    accumulator = WindowAccumulator(torch.zeros(1, 1, 10, 1, 1), 4)
    accumulator.add(slice(0, 7), torch.zeros(1, 1, 7, 1, 1))
    accumulator.add(slice(3, 10), torch.ones(1, 1, 7, 1, 1))
    mean = accumulator.mean().flatten()
    assert mean[:3].tolist() == [0, 0, 0]
    assert mean[7:].tolist() == [1, 1, 1]
    assert (mean[2:8].diff() > 0).all()
    assert mean.diff().max() < 0.3
