"""Limbs are taken from the source frame that shows them most alike, without needless jumps."""

import numpy as np

from preprocess.body_parts import PartName, Pose, split_poses
from preprocess.choose_frames import LIMBS, Limb, cheapest_path, choose_frames
from preprocess.types import Floats
from tests.preprocess.figures import raise_arms, standing

SIZE = (240, 320)
ARM = next(limb for limb in LIMBS if PartName.R_FOREARM in limb.parts)
LEG = next(limb for limb in LIMBS if PartName.R_SHIN in limb.parts)
SOURCE = split_poses(raise_arms(standing(6, SIZE, 280, (120, 300)), slice(3, 6)))
UNIT = 0.28 * 280
WELL = np.zeros(len(SOURCE), np.float32)


def choose(limb: Limb, aligned: list[Pose], faults: Floats = WELL, ratio: float = 1.0) -> list[int]:
    return choose_frames(limb, SOURCE, faults, aligned, UNIT, ratio)


def test_a_raised_arm_comes_from_a_frame_with_a_raised_arm() -> None:
    aligned = split_poses(raise_arms(standing(4, SIZE, 280, (60, 280)), slice(2, 4)))
    chosen = choose(ARM, aligned)
    assert max(chosen[:2]) < 3 <= min(chosen[2:])


def test_the_size_of_the_aligned_person_does_not_matter() -> None:
    aligned = split_poses(raise_arms(standing(2, SIZE, 140, (60, 280)), slice(0, 2)))
    assert min(choose(ARM, aligned, ratio=0.5)) >= 3


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
