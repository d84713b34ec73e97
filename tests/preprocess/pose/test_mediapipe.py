"""Poses and masks of the synthetic people in the example clips."""

import cv2
import numpy as np
import pytest

from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.skeleton import BODY, HANDS, JOINTS, L_ANKLE, L_WRIST, LEFT_HAND, NECK, NOSE
from preprocess.types import Clip, Floats, Frames, InputError, Observation, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode
from tests.preprocess.clips import FPS, masks_of, observe, observe_example, overlap, read_example

EMPTY = np.full((512, 512, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def mia() -> Clip:
    return read_example("mia")


@pytest.fixture(scope="module")
def mia_seen() -> Observation:
    return observe_example("mia")


def body_error(poses: PoseSequence, expected: Floats) -> float:
    """Mean distance to the expected body joints, relative to the height in the first frame."""
    return float(np.linalg.norm(poses.body - expected, axis=-1).mean()) / height(expected)


def height(bodies: Floats) -> float:
    """From the highest to the lowest body joint of the first frame, in pixels."""
    return float(np.ptp(bodies[0, :, 1]))


def test_every_joint_of_a_person_in_full_view_is_found(mia: Clip, mia_seen: Observation) -> None:
    assert mia_seen.poses.keypoints.shape == (3, JOINTS, 2)
    assert mia_seen.poses.size == mia.size
    assert mia_seen.poses.scores[:, BODY].min() > 0.8
    assert mia_seen.poses.scores.max() <= 1
    assert mia_seen.warnings == ()


def test_a_standing_person_has_the_head_above_the_feet(mia_seen: Observation) -> None:
    rows = mia_seen.poses.body[0, [NOSE, NECK, L_ANKLE], 1]
    assert rows[0] < rows[1] < rows[2]


def test_hands_begin_at_the_wrists(mia_seen: Observation) -> None:
    root, wrist = mia_seen.poses.keypoints[:, LEFT_HAND][:, 0], mia_seen.poses.body[:, L_WRIST]
    assert (mia_seen.poses.scores[:, HANDS] > 0.5).all()
    assert np.linalg.norm(root - wrist, axis=-1).max() < 0.03 * height(mia_seen.poses.body)


def test_the_masks_contain_the_joints_and_little_more(mia_seen: Observation) -> None:
    pixels = np.rint(mia_seen.poses.body).astype(int)
    inside = np.array([mask[y, x] for mask, joints in zip(masks_of(mia_seen), pixels, strict=True) for x, y in joints])
    assert inside.mean() > 0.9
    for mask, joints in zip(masks_of(mia_seen), pixels, strict=True):
        box = np.ptp(joints, axis=0).prod()
        assert 0.2 * box < np.count_nonzero(mask) < box


@pytest.mark.parametrize("scale", [0.5, 1.5])
def test_joints_and_masks_scale_with_the_frame(scale: float, mia: Clip, mia_seen: Observation) -> None:
    side = round(512 * scale)
    frame = cv2.resize(mia.frames[0], (side, side), interpolation=cv2.INTER_AREA)[None]
    observation = observe(frame)
    assert observation.poses.size == (side, side)
    assert masks_of(observation).shape == (1, side, side)
    assert body_error(observation.poses, (mia_seen.poses.body[:1] + 0.5) * scale - 0.5) < 0.02


def test_joints_and_masks_move_with_the_frame(mia: Clip, mia_seen: Observation) -> None:
    right, down = 60, -30
    frame = np.roll(mia.frames[0], (down, right), axis=(0, 1))[None]
    observation = observe(frame)
    assert body_error(observation.poses, mia_seen.poses.body[:1] + np.array([right, down])) < 0.02
    assert overlap(masks_of(observation)[0], np.roll(masks_of(mia_seen)[0], (down, right), axis=(0, 1))) > 0.9


@pytest.mark.parametrize("on_the_left", [True, False])
def test_the_larger_of_two_is_followed(on_the_left: bool, mia: Clip) -> None:
    """Ken beside a smaller Mia; MediaPipe returns one person per image, not always the same one."""
    ken, small = read_example("ken").frames, np.stack([smaller(frame) for frame in mia.frames])
    halves = [ken[:, :, 128:448], small[:, :, 96:416]]
    frames = np.concatenate(halves if on_the_left else halves[::-1], axis=2)
    observation = observe(frames)
    shift = -128 if on_the_left else 320 - 128
    assert body_error(observation.poses, observe_example("ken").poses.body + np.array([shift, 0])) < 0.05
    assert (masks_of(observation).any(axis=(0, 1)).nonzero()[0] < 320).all() == on_the_left
    assert observation.warnings == (ClipWarning(WarningCode.SEVERAL_PEOPLE, values={"followed": "largest"}),)


def smaller(frame: Frames) -> Frames:
    """The frame at five eighths of its size, centred on a grey image of the original size."""
    canvas = np.full_like(frame, 90)
    canvas[96:416, 96:416] = cv2.resize(frame, (320, 320), interpolation=cv2.INTER_AREA)
    return canvas


def test_a_short_gap_is_interpolated(mia: Clip) -> None:
    observation = observe(np.stack([mia.frames[0], EMPTY, mia.frames[1]]))
    before, between, after = observation.poses.body
    assert between == pytest.approx((before + after) / 2, abs=0.01)
    assert [bool(mask.any()) for mask in masks_of(observation)] == [True, False, True]
    assert observation.warnings == (ClipWarning(WarningCode.POSE_INTERPOLATED, (1,)),)


def test_a_long_gap_is_reported(mia: Clip) -> None:
    observation = observe(np.stack([mia.frames[0], EMPTY, EMPTY, EMPTY, mia.frames[1]]))
    assert (observation.poses.scores.max(axis=1) > 0).tolist() == [True, False, False, False, True]
    assert not observation.poses.keypoints[1:4].any()
    assert not masks_of(observation)[1:4].any()
    assert observation.warnings == (ClipWarning(WarningCode.NO_PERSON, (1, 2, 3)),)


def test_a_clip_of_one_frame(mia: Clip, mia_seen: Observation) -> None:
    observation = observe(mia.frames[:1])
    assert len(observation.poses) == 1
    assert body_error(observation.poses, mia_seen.poses.body[:1]) < 1e-3


@pytest.mark.parametrize("side", [8, 200])
def test_a_clip_without_a_person_is_an_error_that_states_what_is_needed(side: int) -> None:
    clip = Clip(np.full((2, side, side, 3), 90, np.uint8), FPS)
    with pytest.raises(InputError, match=r"No person was found in the clip \(frames searched: 2\).*head to knee"):
        HolisticEstimator().estimate(clip)


def test_progress_counts_the_frames(mia: Clip) -> None:
    counts: list[int] = []
    HolisticEstimator().estimate(mia, on_progress=counts.append)
    assert counts == [1, 2, 3]
