from collections.abc import Generator

import numpy as np
import pytest

from motionfollower.core.types import EditInputs, EditMetrics
from motionfollower.pipeline.metrics import background_kept, compare_poses, flicker, measure_edit, psnr
from preprocess.pose.skeleton import L_WRIST, R_WRIST
from preprocess.types import Clip, ClipPoint, InputError, MaskSequence, Observation, PoseSequence
from tests.preprocess.figures import as_poses, standing

SIZE = (160, 200)
WANTED = standing(2, SIZE, 150, (80, 190))


def test_only_pixels_with_all_channels_equal_are_kept() -> None:
    source = np.zeros((2, 4, 4, 3), np.uint8)
    edited = source.copy()
    edited[0, :2, :, 2] = 1  # half of the first frame, in blue alone
    assert background_kept(source, edited) == pytest.approx(0.75)


def test_clips_of_unequal_length_are_a_mistake() -> None:
    frames = np.zeros((2, 4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="shorter"):
        background_kept(frames, frames[:1])


def test_a_pose_that_is_met_and_one_wrist_that_is_not() -> None:
    assert compare_poses(WANTED, WANTED) == (1.0, 0.0)
    bodies = WANTED.body.copy()
    bodies[0, R_WRIST] += (36, 0)
    match, error = compare_poses(as_poses(bodies, SIZE), WANTED)
    assert match == pytest.approx(35 / 36)
    assert error == pytest.approx(1.0)


def test_a_joint_that_is_not_seen_is_no_match_one_outside_the_picture_does_not_count() -> None:
    scores = WANTED.scores.copy()
    scores[0, R_WRIST] = 0
    match, error = compare_poses(PoseSequence(WANTED.keypoints, scores, SIZE), WANTED)
    assert (match, error) == (35 / 36, 0.0)
    bodies = WANTED.body.copy()
    bodies[0, L_WRIST] = (-20, 50)
    assert compare_poses(WANTED, as_poses(bodies, SIZE)) == (1.0, 0.0)


def test_psnr_is_of_the_chosen_pixels_alone() -> None:
    made, where = np.zeros((2, 4, 4, 3), np.uint8), np.zeros((2, 4, 4), bool)
    truth = np.full_like(made, 51)
    assert np.isnan(psnr(made, truth, where))
    where[1] = True
    assert psnr(made, truth, where) == pytest.approx(20 * np.log10(5))  # a fifth of 255 off
    made[1] = 51
    assert psnr(made, truth, where) > 138
    assert psnr(made, truth, ~where) < 14


def test_steady_motion_does_not_flicker() -> None:
    ramp = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.full((1, 4, 4, 3), 20, np.uint8)
    assert flicker(ramp) == 0
    ramp[2] += 8
    assert flicker(ramp) == pytest.approx((4 + 8 + 4) / 3)
    assert flicker(ramp[:2]) == 0


class Blind:
    """A pose estimator that finds nobody."""

    def estimate(self, clip: Clip, person: ClipPoint | None = None) -> Generator[int, None, Observation]:
        yield len(clip)
        raise InputError("Nobody.")


def test_a_result_without_a_person_has_no_pose_to_match() -> None:
    random = np.random.default_rng(0)
    source = Clip(random.integers(0, 255, (2, 200, 160, 3), dtype=np.uint8), 8)
    masks = MaskSequence(np.ones((2, 200, 160), bool), "test")
    inputs = EditInputs(source, WANTED, WANTED, masks, masks)
    work = measure_edit(inputs, source.frames, Blind())
    assert [next(work) for _ in range(3)] == [1, 2, 4]
    with pytest.raises(StopIteration) as end:
        next(work)
    assert end.value.value == EditMetrics(1.0, None, None, 0.0, 0.0)
    assert "nobody" in str(end.value.value)
