"""Limbs are taken from the source frame that shows them most alike, without needless jumps."""

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
WELL = np.zeros(len(SOURCE), np.float32)


def choose(limb: Limb, aligned: list[Pose], faults: Floats = WELL, ratio: float = 1.0) -> list[int]:
    return select_frames(limb, SOURCE, faults, aligned, UNIT, ratio)


def test_a_raised_arm_comes_from_a_frame_with_a_raised_arm() -> None:
    aligned = split_poses(raise_arms(standing(4, SIZE, 280, (60, 280)), slice(2, 4)))
    chosen = choose(ARM, aligned)
    assert max(chosen[:2]) < 3 <= min(chosen[2:])


def test_the_size_of_the_aligned_person_does_not_matter() -> None:
    aligned = split_poses(raise_arms(standing(2, SIZE, 140, (60, 280)), slice(0, 2)))
    assert min(choose(ARM, aligned, ratio=0.5)) >= 3


def test_a_limb_that_is_turned_is_the_same_limb() -> None:
    """The arm hangs straight in one frame, is bent in the other; wanted is a straight one that is raised."""
    bodies = np.stack([pose.joints for pose in SOURCE[:2]])
    bodies[0, [R_ELBOW, R_WRIST]] = bodies[0, R_SHOULDER] + np.float32([(0, 48), (0, 88)])
    bodies[1, [R_ELBOW, R_WRIST]] = bodies[1, R_SHOULDER] + np.float32([(-24, -20), (-8, -10)])
    aligned = bodies[:1].copy()
    aligned[0, [R_ELBOW, R_WRIST]] = bodies[0, R_SHOULDER] + np.float32([(-48, 0), (-88, 0)])
    source, wanted = split_poses(as_poses(bodies, SIZE)), split_poses(as_poses(aligned, SIZE))
    assert select_frames(ARM, source, WELL[:2], wanted, UNIT, 1.0) == [0]


def test_a_face_comes_from_a_frame_that_looks_the_same_way() -> None:
    """Seen from behind the ears and eyes change sides, which moves them by little."""
    bodies = np.stack([pose.joints for pose in SOURCE[:2]])
    bodies[0, [R_EYE, L_EYE, R_EAR, L_EAR]] = bodies[0, [L_EYE, R_EYE, L_EAR, R_EAR]]
    bodies[1] += 3
    source = split_poses(as_poses(bodies, SIZE))
    assert select_frames(FACE, source, WELL[:2], SOURCE[:1], UNIT, 1.0) == [1]


def test_a_frame_that_hides_the_limb_is_passed_over() -> None:
    faults = np.float32([1, 1, 0, 1, 1, 1])
    assert choose(LEG, SOURCE[:1], faults) == [2]


def test_a_path_follows_the_clip_for_free() -> None:
    costs = np.ones((3, 4), np.float32)
    costs[[0, 1, 2], [1, 2, 3]] = 0
    assert cheapest_path(costs, switch=10) == [1, 2, 3]


def test_a_small_gain_is_not_worth_a_jump() -> None:
    costs = np.float32([[0.0, 1.0], [0.1, 0.0], [0.0, 1.0]])
    costs = costs[:, ::-1]  # so that going on is no way to get there
    assert cheapest_path(costs, switch=0.5) == [1, 1, 1]


def test_a_large_gain_is() -> None:
    costs = np.float32([[1.0, 0.0], [0.0, 3.0], [0.0, 3.0]])
    assert cheapest_path(costs, switch=0.5) == [1, 0, 0]
