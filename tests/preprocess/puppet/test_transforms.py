"""Bone transforms of a stick figure; a wrong joint can't tear it apart."""

from dataclasses import replace

import numpy as np
import pytest

from preprocess.pose.skeleton import R_ELBOW, R_SHOULDER, R_WRIST
from preprocess.puppet.parts import PARTS, PartName, Pose
from preprocess.puppet.transforms import STRETCH, BoneTransform, bone_transforms
from preprocess.types import Floats
from tests.preprocess.figures import STANDING

FOREARM, UPPER_ARM = PartName.R_FOREARM, PartName.R_UPPER_ARM
FIGURE = Pose(STANDING * 300 + np.float32([200, 350]), np.ones(18, bool))


def moved(**joints: tuple[float, float]) -> Pose:
    """The figure with the named joints moved by these pixels."""
    numbers = {"elbow": R_ELBOW, "wrist": R_WRIST}
    joints_moved = FIGURE.joints.copy()
    for name, shift in joints.items():
        joints_moved[numbers[name]] += np.float32(shift)
    return replace(FIGURE, joints=joints_moved)


def transformed(aligned: Pose, name: PartName, joint: int, ratio: float = 1.0) -> Floats:
    """The position to which a part's transform transforms one of the figure's joints."""
    transform = bone_transforms(FIGURE, aligned, ratio)[name]
    assert transform is not None
    return transform.apply(FIGURE.joints[joint])


def test_the_same_pose_gives_identities() -> None:
    for transform in bone_transforms(FIGURE, FIGURE, 1.0):
        assert transform is not None
        assert transform.apply(FIGURE.joints) == pytest.approx(FIGURE.joints, abs=1e-2)


def test_a_person_twice_as_large_reaches_all_joints() -> None:
    large = replace(FIGURE, joints=2 * FIGURE.joints)
    for name in PartName:
        assert transformed(large, name, PARTS[name].end, 2.0) == pytest.approx(large.joints[PARTS[name].end], abs=0.1)


def test_a_bent_arm_reaches_its_joints() -> None:
    bent = moved(elbow=(-10, -20), wrist=(30, -60))
    assert transformed(bent, UPPER_ARM, R_ELBOW) == pytest.approx(bent.joints[R_ELBOW], abs=0.1)
    assert transformed(bent, FOREARM, R_ELBOW) == pytest.approx(bent.joints[R_ELBOW], abs=0.1)
    assert transformed(bent, FOREARM, R_WRIST) == pytest.approx(bent.joints[R_WRIST], abs=0.1)


def test_the_stretch_of_a_limb_is_limited() -> None:
    wrong = moved(wrist=(0, 900))
    reach = np.linalg.norm(transformed(wrong, FOREARM, R_WRIST) - transformed(wrong, FOREARM, R_ELBOW))
    length = np.linalg.norm(FIGURE.bone(FOREARM))
    assert reach == pytest.approx(STRETCH[1] * length, rel=1e-3)


def test_parts_stay_joined_where_a_joint_is_wrong() -> None:
    wrong = moved(elbow=(-500, 0))
    ends = transformed(wrong, UPPER_ARM, R_ELBOW), transformed(wrong, FOREARM, R_ELBOW)
    assert ends[0] == pytest.approx(ends[1], abs=1e-2)
    assert np.linalg.norm(ends[0] - wrong.joints[R_ELBOW]) > 100


def test_a_part_whose_aligned_joints_are_not_trusted_follows_its_parent() -> None:
    trusted = np.ones(18, bool)
    trusted[R_WRIST] = False
    bent = replace(moved(elbow=(-40, -40)), trusted=trusted)
    transforms = bone_transforms(FIGURE, bent, 1.0)
    assert transforms[FOREARM] is not None
    assert transforms[UPPER_ARM] is not None
    assert (transforms[FOREARM].forward == transforms[UPPER_ARM].forward).all()


def test_a_part_that_the_source_lacks_has_no_transform() -> None:
    trusted = np.ones(18, bool)
    trusted[[R_SHOULDER, R_WRIST]] = False
    transforms = bone_transforms(replace(FIGURE, trusted=trusted), FIGURE, 1.0)
    assert transforms[UPPER_ARM] is None
    assert transforms[FOREARM] is None
    assert transforms[PartName.L_FOREARM] is not None


def test_without_common_joints_the_person_is_not_moved() -> None:
    unseen = replace(FIGURE, trusted=np.zeros(18, bool))
    torso = bone_transforms(FIGURE, unseen, 1.0)[PartName.TORSO]
    assert torso is not None
    assert (torso.apply(FIGURE.joints) == FIGURE.joints).all()


def test_invert_is_the_inverse() -> None:
    transform = BoneTransform(np.float32([3, 4]), np.float32([-7, 9]), np.float32([[1.2, -0.4], [0.3, 0.8]]))
    assert transform.invert(transform.apply(FIGURE.joints)) == pytest.approx(FIGURE.joints, abs=1e-3)


def test_a_torso_is_never_mirrored() -> None:
    """From behind the shoulders swap sides; the front image must not be flipped."""
    behind = replace(FIGURE, joints=FIGURE.joints * np.float32([-1, 1]) + np.float32([400, 0]))
    torso = bone_transforms(FIGURE, behind, 1.0)[PartName.TORSO]
    assert torso is not None
    assert np.linalg.det(torso.forward) > 0
