"""Masks are cleaned, replaced or copied so that they fit the joints."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from preprocess.segmentation.mediapipe import MediaPipeSegmenter, clean, covers, fill_from_nearest
from preprocess.types import Bools, Clip, MaskSequence, Observation
from preprocess.warnings import ClipWarning, WarningCode
from tests.preprocess.clips import FPS, masks_of, observe_example, overlap, read_example
from tests.preprocess.figures import as_poses, standing


@pytest.fixture(scope="module")
def mia() -> Clip:
    return read_example("mia")


@pytest.fixture(scope="module")
def mia_seen() -> Observation:
    return observe_example("mia")


def segment(frames: np.ndarray, seen: Observation) -> tuple[Bools, tuple[ClipWarning, ...]]:
    masks, warnings = MediaPipeSegmenter().segment(Clip(frames, FPS), seen)
    return masks.masks, warnings


def with_masks(seen: Observation, masks: Bools) -> Observation:
    """The observation with other masks."""
    return replace(seen, masks=MaskSequence(masks, "test"))


def disc(x: int, y: int, radius: int, side: int = 100) -> Bools:
    return cv2.circle(np.zeros((side, side), np.uint8), (x, y), radius, 1, thickness=-1) > 0


def test_good_masks_are_kept(mia: Clip, mia_seen: Observation) -> None:
    masks, warnings = segment(mia.frames, mia_seen)
    assert min(overlap(*pair) for pair in zip(masks, masks_of(mia_seen), strict=True)) > 0.98
    assert warnings == ()


@pytest.mark.parametrize("spoil", [np.zeros_like, np.logical_not, lambda masks: np.roll(masks, 200, axis=2)])
def test_masks_that_miss_the_joints_are_replaced(
    spoil: Callable[[Bools], Bools], mia: Clip, mia_seen: Observation
) -> None:
    masks, warnings = segment(mia.frames, with_masks(mia_seen, spoil(masks_of(mia_seen))))
    assert min(overlap(*pair) for pair in zip(masks, masks_of(mia_seen), strict=True)) > 0.75
    assert warnings == ()


def test_poses_without_masks(mia: Clip, mia_seen: Observation) -> None:
    masks, _ = segment(mia.frames[:1], Observation(as_poses(mia_seen.poses.body[:1], mia.size)))
    assert overlap(masks[0], masks_of(mia_seen)[0]) > 0.75


def test_a_failed_mask_is_copied_from_the_nearest_frame_and_shifted(mia: Clip, mia_seen: Observation) -> None:
    frames, given = mia.frames.copy(), masks_of(mia_seen).copy()
    frames[1], given[1] = 90, False
    bodies = mia_seen.poses.body.copy()
    bodies[1] = bodies[0] + (20, -10)
    seen = Observation(as_poses(bodies, mia.size), MaskSequence(given, "test"))
    masks, warnings = segment(frames, seen)
    assert overlap(masks[1], np.roll(masks[0], (-10, 20), axis=(0, 1))) > 0.98
    assert warnings == (ClipWarning(WarningCode.MASK_COPIED, (1,)),)


def test_frames_without_a_pose_have_empty_masks(mia: Clip, mia_seen: Observation) -> None:
    """The pose estimator warns of these frames, so the segmenter does not."""
    scores = mia_seen.poses.scores.copy()
    scores[1] = 0
    masks, warnings = segment(mia.frames, replace(mia_seen, poses=replace(mia_seen.poses, scores=scores)))
    assert masks.any(axis=(1, 2)).tolist() == [True, False, True]
    assert warnings == ()


def test_a_clip_without_any_mask_is_reported(mia_seen: Observation) -> None:
    grey = np.full((3, 512, 512, 3), 90, np.uint8)
    masks, warnings = segment(grey, with_masks(mia_seen, np.zeros_like(masks_of(mia_seen))))
    assert not masks.any()
    assert warnings == (ClipWarning(WarningCode.MASK_EMPTY, (0, 1, 2)),)


def test_joints_outside_the_frame_do_not_count(mia: Clip, mia_seen: Observation) -> None:
    bodies = mia_seen.poses.body[:1] + np.array([0, 512])
    masks, _ = segment(mia.frames[:1], Observation(as_poses(bodies, mia.size), mia_seen.masks))
    assert not masks.any()


def test_tiny_frames() -> None:
    seen = Observation(standing(1, (8, 8), 7, (4, 7)), MaskSequence(np.ones((1, 8, 8), bool), "test"))
    masks, _ = segment(np.full((1, 8, 8, 3), 90, np.uint8), seen)
    assert masks.all()


def test_progress_counts_the_frames(mia: Clip, mia_seen: Observation) -> None:
    counts: list[int] = []
    MediaPipeSegmenter().segment(mia, mia_seen, counts.append)
    assert counts == [1, 2, 3]


def test_components_without_a_joint_are_dropped() -> None:
    person, other = disc(30, 50, 20), disc(80, 50, 10)
    assert (clean(person | other, np.array([[30, 50], [95, 5]])) == person).all()


def test_small_holes_are_filled_and_large_ones_kept() -> None:
    person = disc(50, 50, 40)
    speck, gap = disc(30, 50, 1), disc(65, 50, 8)
    cleaned = clean(person & ~speck & ~gap, np.array([[50, 20]]))
    assert (cleaned == (person & ~gap)).all()


def test_an_empty_mask_stays_empty() -> None:
    assert not clean(np.zeros((8, 8), bool), np.array([[4, 4]])).any()


def test_a_mask_covers_joints_at_its_edge() -> None:
    square = np.zeros((400, 400), bool)
    square[:, :200] = True
    assert covers(square, np.array([[203, 100]]))
    assert not covers(square, np.array([[210, 100]]))


def test_a_few_joints_may_lie_outside() -> None:
    inside, outside = [[50, 50]], [[5, 5]]
    assert covers(disc(50, 50, 20), np.array(2 * inside + outside))
    assert not covers(disc(50, 50, 20), np.array(inside + 2 * outside))


def test_the_nearest_mask_shifts_with_the_joints() -> None:
    poses = as_poses(standing(4, (100, 100), 60, (30, 90)).body + 5 * np.arange(4).reshape(4, 1, 1), (100, 100))
    masks = np.stack([disc(30, 50, 10), *np.zeros((2, 100, 100), bool), disc(70, 40, 5)])
    filled = fill_from_nearest(masks, poses, np.array([False, True, True, False]))
    assert (filled[1] == disc(35, 55, 10)).all()
    assert (filled[2] == disc(65, 35, 5)).all()
    assert (filled[[0, 3]] == masks[[0, 3]]).all()
