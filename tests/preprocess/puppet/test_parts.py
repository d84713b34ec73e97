"""The build and size of a stick figure with limbs of known width."""

import numpy as np

from preprocess.pose.skeleton import L_HIP, NECK, R_HIP
from preprocess.puppet.parts import PartName, measure_build, size_ratio, split_poses
from tests.preprocess.figures import capsules, standing

SIZE = (240, 320)
POSES = standing(1, SIZE, 280, (120, 300))
FIGURE = split_poses(POSES)[0]
BUILD = measure_build([FIGURE], capsules(POSES, 20))


def test_the_build_is_that_of_the_mask() -> None:
    hips = (FIGURE.joints[R_HIP] + FIGURE.joints[L_HIP]) / 2
    assert abs(BUILD.torso - np.linalg.norm(FIGURE.joints[NECK] - hips)) < 1
    assert abs(BUILD.widths[PartName.L_THIGH] - 10) < 2


def test_the_size_ratio() -> None:
    assert abs(size_ratio([FIGURE], split_poses(standing(1, SIZE, 140, (120, 300)))) - 0.5) < 1e-3
