"""Distances from the parts of a stick figure of known build."""

from dataclasses import replace

import numpy as np

from preprocess.pose.skeleton import L_HIP, L_KNEE, R_ELBOW, R_HIP, R_WRIST
from preprocess.puppet.part_distances import part_distances
from preprocess.puppet.parts import PartName, Pose, measure_build, split_poses
from preprocess.types import Floats
from tests.preprocess.figures import capsules, standing

SIZE = (240, 320)
POSES = standing(1, SIZE, 280, (120, 300))
FIGURE = split_poses(POSES)[0]
BUILD = measure_build([FIGURE], capsules(POSES, 20))


def distances(pose: Pose = FIGURE, scale: float = 1.0) -> Floats:
    return part_distances(pose, BUILD, SIZE[::-1], scale)


def nearest(point: Floats, pose: Pose = FIGURE) -> PartName:
    x, y = np.rint(point).astype(int)
    return PartName(int(distances(pose)[:, y, x].argmin()))


def test_the_middle_of_each_limb_is_assigned_to_it() -> None:
    forearm = (FIGURE.joints[R_ELBOW] + FIGURE.joints[R_WRIST]) / 2
    thigh = (FIGURE.joints[L_HIP] + FIGURE.joints[L_KNEE]) / 2
    assert nearest(forearm) == PartName.R_FOREARM
    assert nearest(thigh) == PartName.L_THIGH
    assert nearest(FIGURE.joints[0]) == PartName.HEAD
    assert nearest((FIGURE.joints[R_HIP] + FIGURE.joints[5]) / 2) == PartName.TORSO


def test_an_arm_in_front_of_the_body_is_assigned_to_the_arm() -> None:
    joints = FIGURE.joints.copy()
    joints[R_WRIST] = (FIGURE.joints[5] + FIGURE.joints[L_HIP]) / 2  # across the chest
    crossed = replace(FIGURE, joints=joints)
    assert nearest(0.3 * joints[R_ELBOW] + 0.7 * joints[R_WRIST], crossed) == PartName.R_FOREARM


def test_an_outline_has_distance_one() -> None:
    knee = FIGURE.joints[L_KNEE]
    x, y = np.rint(knee + np.array([BUILD.widths[PartName.L_SHIN], 20])).astype(int)
    assert abs(distances()[PartName.L_SHIN, y, x] - 1) < 0.1


def test_parts_with_untrusted_joints_are_infinitely_far() -> None:
    trusted = np.ones(18, bool)
    trusted[R_ELBOW] = False
    seen = distances(replace(FIGURE, trusted=trusted))
    assert np.isinf(seen[[PartName.R_UPPER_ARM, PartName.R_FOREARM]]).all()
    assert np.isfinite(seen[PartName.L_FOREARM]).all()


def test_without_hips_the_torso_has_distance_one_everywhere() -> None:
    trusted = np.ones(18, bool)
    trusted[[R_HIP, L_HIP]] = False
    assert (distances(replace(FIGURE, trusted=trusted))[PartName.TORSO] == 1).all()


def test_a_reduced_frame_has_the_same_distances() -> None:
    full, half = distances()[:, ::2, ::2], distances(scale=0.5)
    assert np.abs(full - half).max() < 1e-2
