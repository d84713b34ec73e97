"""Limbs are taken from the source frame with the most similar pose, without needless jumps."""

import numpy as np

from preprocess.pose.skeleton import L_EAR, L_EYE, R_EAR, R_ELBOW, R_EYE, R_SHOULDER, R_WRIST
from preprocess.puppet.frame_selection import LIMBS, Limb, cheapest_path, select_frames
from preprocess.puppet.parts import PartName, Pose, split_poses
from preprocess.types import Floats
from tests.preprocess.figures import as_poses, raise_arms, standing

SIZE = (240, 320)
ARM = next(limb for limb in LIMBS if PartName.R_FOREARM in limb.parts)
FACE = next(limb for limb in LIMBS if PartName.HEAD in limb.parts)
LEG = next(limb for limb in LIMBS if PartName.R_SHIN in limb.parts)
SOURCE = split_poses(raise_arms(standing(6, SIZE, 280, (120, 300)), slice(3, 6)))
UNIT = 0.28 * 280
NO_FAULTS = np.zeros(len(SOURCE), np.float32)


def select(limb: Limb, aligned: list[Pose], faults: Floats = NO_FAULTS, ratio: float = 1.0) -> list[int]:
    return select_frames(limb, SOURCE, faults, aligned, UNIT, ratio)


def test_a_raised_arm_comes_from_a_frame_with_a_raised_arm() -> None:
    aligned = split_poses(raise_arms(standing(4, SIZE, 280, (60, 280)), slice(2, 4)))
    chosen = select(ARM, aligned)
    assert max(chosen[:2]) < 3 <= min(chosen[2:])


def test_the_size_of_the_aligned_person_does_not_matter() -> None:
    aligned = split_poses(raise_arms(standing(2, SIZE, 140, (60, 280)), slice(0, 2)))
    assert min(select(ARM, aligned, ratio=0.5)) >= 3


def test_a_rotated_limb_is_similar() -> None:
    """The arm hangs straight in one frame and is bent in the other; the target is straight and raised."""
    bodies = np.stack([pose.joints for pose in SOURCE[:2]])
    bodies[0, [R_ELBOW, R_WRIST]] = bodies[0, R_SHOULDER] + np.float32([(0, 48), (0, 88)])
    bodies[1, [R_ELBOW, R_WRIST]] = bodies[1, R_SHOULDER] + np.float32([(-24, -20), (-8, -10)])
    aligned = bodies[:1].copy()
    aligned[0, [R_ELBOW, R_WRIST]] = bodies[0, R_SHOULDER] + np.float32([(-48, 0), (-88, 0)])
    source, target = split_poses(as_poses(bodies, SIZE)), split_poses(as_poses(aligned, SIZE))
    assert select_frames(ARM, source, NO_FAULTS[:2], target, UNIT, 1.0) == [0]


def test_a_face_comes_from_a_frame_with_the_same_viewing_direction() -> None:
    """From behind, ears and eyes swap sides, which moves them by little."""
    bodies = np.stack([pose.joints for pose in SOURCE[:2]])
    bodies[0, [R_EYE, L_EYE, R_EAR, L_EAR]] = bodies[0, [L_EYE, R_EYE, L_EAR, R_EAR]]
    bodies[1] += 3
    source = split_poses(as_poses(bodies, SIZE))
    assert select_frames(FACE, source, NO_FAULTS[:2], SOURCE[:1], UNIT, 1.0) == [1]


def test_a_frame_that_hides_the_limb_is_avoided() -> None:
    faults = np.float32([1, 1, 0, 1, 1, 1])
    assert select(LEG, SOURCE[:1], faults) == [2]


def test_advancing_with_the_clip_is_free() -> None:
    costs = np.ones((3, 4), np.float32)
    costs[[0, 1, 2], [1, 2, 3]] = 0
    assert cheapest_path(costs, switch=10) == [1, 2, 3]


def test_a_small_gain_is_not_worth_a_jump() -> None:
    costs = np.float32([[0.0, 1.0], [0.1, 0.0], [0.0, 1.0]])
    costs = costs[:, ::-1]  # so that the best column can't be reached by advancing
    assert cheapest_path(costs, switch=0.5) == [1, 1, 1]


def test_a_large_gain_is() -> None:
    costs = np.float32([[1.0, 0.0], [0.0, 3.0], [0.0, 3.0]])
    assert cheapest_path(costs, switch=0.5) == [1, 0, 0]
