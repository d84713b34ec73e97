"""Partial motion on stick figures of known poses."""

import numpy as np
import pytest

from preprocess.align.align import align
from preprocess.align.partial import BONES, FOLLOWING_JOINTS, PartialMotion, Parts, blend_motions
from preprocess.pose.skeleton import (
    JOINTS,
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_SHOULDER,
    L_WRIST,
    LIMBS,
    NECK,
    R_ANKLE,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
)
from preprocess.segmentation.target_mask import WarpedTargetMask
from preprocess.types import Floats, MaskSequence, PoseSequence
from tests.preprocess.figures import as_poses, capsules, raise_arms, standing

SIZE = (320, 400)
FRAMES = 4
SOURCE = standing(FRAMES, SIZE, 300, (120, 380))
DANCER = raise_arms(standing(FRAMES, SIZE, 300, (200, 370)), slice(0, FRAMES))


def lengths(poses: PoseSequence) -> Floats:
    starts, ends = zip(*LIMBS, strict=True)
    return np.linalg.norm(poses.body[:, ends] - poses.body[:, starts], axis=-1)


def test_the_skeleton_is_one_tree() -> None:
    reached = {NECK}
    for start, end in BONES:
        assert start in reached
        assert end not in reached
        reached.add(end)
    assert reached == set(range(JOINTS))


def test_the_whole_motion_is_the_targets() -> None:
    assert blend_motions(SOURCE, DANCER, PartialMotion()) is DANCER


@pytest.mark.parametrize("parts", FOLLOWING_JOINTS)
def test_none_of_the_motion_is_the_sources(parts: Parts) -> None:
    moved = blend_motions(SOURCE, DANCER, PartialMotion(parts, 0))
    np.testing.assert_allclose(moved.body, SOURCE.body, atol=1e-3)
    np.testing.assert_array_equal(moved.scores, SOURCE.scores)


def test_arms_move_and_the_rest_stays() -> None:
    moved = blend_motions(SOURCE, DANCER, PartialMotion("arms"))
    still = [joint for joint in range(18) if joint not in FOLLOWING_JOINTS["arms"]]
    np.testing.assert_allclose(moved.body[:, still], SOURCE.body[:, still], atol=1e-3)
    for shoulder, wrist in ((R_SHOULDER, R_WRIST), (L_SHOULDER, L_WRIST)):
        reach = moved.body[:, wrist] - moved.body[:, shoulder]
        np.testing.assert_allclose(reach, DANCER.body[:, wrist] - DANCER.body[:, shoulder], atol=1e-3)


def test_half_way_limbs_are_turned_and_not_shortened() -> None:
    """Hanging and raised arms blend to horizontal ones of the same length."""
    moved = blend_motions(SOURCE, DANCER, PartialMotion("all", 0.5))
    mean = (lengths(SOURCE) + lengths(DANCER)) / 2
    np.testing.assert_allclose(lengths(moved), mean, atol=1e-2)
    reach = moved.body[:, L_WRIST] - moved.body[:, L_ELBOW]
    assert (np.abs(reach[:, 0]) > 2 * np.abs(reach[:, 1])).all()
    np.testing.assert_allclose(moved.body[:, NECK, 0], 160, atol=1e-3)


def test_a_limb_between_two_motions_never_jumps() -> None:
    """The target's arm turns a full circle while the source's hangs: the blend turns half a circle."""
    count = 48
    source = standing(count, SIZE, 300, (160, 380))
    bodies = source.body.copy()
    for joint, distance in ((L_ELBOW, 40), (L_WRIST, 80)):
        turn = np.linspace(0, 2 * np.pi, count)
        bodies[:, joint] = bodies[:, L_SHOULDER] + distance * np.stack([np.sin(turn), np.cos(turn)], axis=-1)
    moved = blend_motions(source, as_poses(bodies, SIZE), PartialMotion("arms", 0.5))
    steps = np.linalg.norm(np.diff(moved.body[:, L_WRIST], axis=0), axis=-1)
    assert steps.max() < 10


def test_legs_that_follow_bend_on_the_sources_ground() -> None:
    """In a squat the hips move down and the feet stay."""
    bodies = standing(FRAMES, SIZE, 300, (200, 300)).body.copy()
    bodies[2:, :R_KNEE] += (0, 50)
    bodies[2:, L_HIP] += (0, 50)
    moved = blend_motions(SOURCE, as_poses(bodies, SIZE), PartialMotion("legs"))
    lower = moved.body[:, [R_ANKLE, L_ANKLE], 1].max(axis=1)
    np.testing.assert_allclose(lower, SOURCE.body[:, R_ANKLE, 1], atol=1)
    assert (moved.body[2:, NECK, 1] > SOURCE.body[2:, NECK, 1] + 30).all()
    np.testing.assert_allclose(moved.body[:, NECK, 0], SOURCE.body[:, NECK, 0], atol=1e-3)


def test_missing_joints_stay_missing() -> None:
    scores = DANCER.scores.copy()
    scores[1, L_ELBOW] = 0
    lost = PoseSequence(DANCER.keypoints, scores, SIZE)
    moved = blend_motions(SOURCE, lost, PartialMotion("arms"))
    assert (moved.scores[1, [L_ELBOW, L_WRIST]] == 0).all()
    assert (moved.keypoints[1, L_WRIST] == 0).all()
    assert moved.scores[1, R_WRIST] == 1
    between = blend_motions(SOURCE, lost, PartialMotion("arms", 0.5))
    reach = between.body[1, L_ELBOW] - between.body[1, L_SHOULDER]
    np.testing.assert_allclose(reach, SOURCE.body[1, L_ELBOW] - SOURCE.body[1, L_SHOULDER], atol=1e-3)


def test_alignment_with_partial_motion() -> None:
    masks = [capsules(poses, 16) for poses in (SOURCE, DANCER)]
    aligned = align(SOURCE, masks[0], DANCER, masks[1], "similarity", partial=PartialMotion("arms"))
    np.testing.assert_allclose(aligned.poses.body[:, NECK], SOURCE.body[:, NECK], atol=1e-3)
    assert (aligned.report.parts, aligned.report.blend) == ("arms", 1.0)
    predicted = WarpedTargetMask().predict(SOURCE, masks[0], aligned, masks[1])
    expected = capsules(aligned.poses, 16)
    assert overlap(predicted, expected) > overlap(masks[1], expected)
    assert overlap(predicted, expected) > 0.5


def overlap(masks: MaskSequence, others: MaskSequence) -> float:
    return float((masks.masks & others.masks).sum() / (masks.masks | others.masks).sum())
