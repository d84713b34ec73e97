"""Bones carry the parts of a stick figure to another pose, and a wrong joint can't tear it apart."""

from dataclasses import replace

import numpy as np
import pytest

from preprocess.pose.skeleton import R_ELBOW, R_SHOULDER, R_WRIST
from preprocess.puppet.parts import PARTS, PartName, Pose
from preprocess.puppet.transforms import STRETCH, BoneMove, move_bones
from preprocess.types import Floats
from tests.preprocess.figures import STANDING

FOREARM, UPPER_ARM = PartName.R_FOREARM, PartName.R_UPPER_ARM
FIGURE = Pose(STANDING * 300 + np.float32([200, 350]), np.ones(18, bool))


def moved(**joints: tuple[float, float]) -> Pose:
    """The figure with some joints, named as in the skeleton, moved by so many pixels."""
    numbers = {"elbow": R_ELBOW, "wrist": R_WRIST}
    places = FIGURE.joints.copy()
    for name, shift in joints.items():
        places[numbers[name]] += np.float32(shift)
    return replace(FIGURE, joints=places)


def carried(aligned: Pose, name: PartName, joint: int, ratio: float = 1.0) -> Floats:
    """Where a part's move takes one of the figure's joints."""
    move = move_bones(FIGURE, aligned, ratio)[name]
    assert move is not None
    return move.apply(FIGURE.joints[joint])


def test_the_same_pose_moves_nothing() -> None:
    for move in move_bones(FIGURE, FIGURE, 1.0):
        assert move is not None
        assert move.apply(FIGURE.joints) == pytest.approx(FIGURE.joints, abs=1e-2)


def test_a_person_twice_as_large_is_carried_to_all_joints() -> None:
    large = replace(FIGURE, joints=2 * FIGURE.joints)
    for name in PartName:
        assert carried(large, name, PARTS[name].end, 2.0) == pytest.approx(large.joints[PARTS[name].end], abs=0.1)


def test_a_bent_arm_reaches_its_joints() -> None:
    bent = moved(elbow=(-10, -20), wrist=(30, -60))
    assert carried(bent, UPPER_ARM, R_ELBOW) == pytest.approx(bent.joints[R_ELBOW], abs=0.1)
    assert carried(bent, FOREARM, R_ELBOW) == pytest.approx(bent.joints[R_ELBOW], abs=0.1)
    assert carried(bent, FOREARM, R_WRIST) == pytest.approx(bent.joints[R_WRIST], abs=0.1)


def test_a_wrong_joint_stretches_its_limb_only_so_far() -> None:
    wrong = moved(wrist=(0, 900))
    reach = np.linalg.norm(carried(wrong, FOREARM, R_WRIST) - carried(wrong, FOREARM, R_ELBOW))
    length = np.linalg.norm(FIGURE.bone(FOREARM))
    assert reach == pytest.approx(STRETCH[1] * length, rel=1e-3)


def test_parts_stay_joined_where_a_joint_is_wrong() -> None:
    wrong = moved(elbow=(-500, 0))
    ends = carried(wrong, UPPER_ARM, R_ELBOW), carried(wrong, FOREARM, R_ELBOW)
    assert ends[0] == pytest.approx(ends[1], abs=1e-2)
    assert np.linalg.norm(ends[0] - wrong.joints[R_ELBOW]) > 100


def test_a_part_whose_aligned_joints_are_not_trusted_follows_its_parent() -> None:
    trusted = np.ones(18, bool)
    trusted[R_WRIST] = False
    bent = replace(moved(elbow=(-40, -40)), trusted=trusted)
    moves = move_bones(FIGURE, bent, 1.0)
    assert moves[FOREARM] is not None
    assert moves[UPPER_ARM] is not None
    assert (moves[FOREARM].forward == moves[UPPER_ARM].forward).all()


def test_a_part_that_the_source_lacks_has_no_move() -> None:
    trusted = np.ones(18, bool)
    trusted[[R_SHOULDER, R_WRIST]] = False
    moves = move_bones(replace(FIGURE, trusted=trusted), FIGURE, 1.0)
    assert moves[UPPER_ARM] is None
    assert moves[FOREARM] is None
    assert moves[PartName.L_FOREARM] is not None


def test_nothing_in_common_leaves_the_person_where_it_is() -> None:
    unseen = replace(FIGURE, trusted=np.zeros(18, bool))
    torso = move_bones(FIGURE, unseen, 1.0)[PartName.TORSO]
    assert torso is not None
    assert (torso.apply(FIGURE.joints) == FIGURE.joints).all()


def test_undo_undoes() -> None:
    move = BoneMove(np.float32([3, 4]), np.float32([-7, 9]), np.float32([[1.2, -0.4], [0.3, 0.8]]))
    assert move.undo(move.apply(FIGURE.joints)) == pytest.approx(FIGURE.joints, abs=1e-3)


def test_a_turned_torso_is_never_mirrored() -> None:
    """Seen from behind the shoulders swap sides; the picture of the front must not be flipped."""
    behind = replace(FIGURE, joints=FIGURE.joints * np.float32([-1, 1]) + np.float32([400, 0]))
    torso = move_bones(FIGURE, behind, 1.0)[PartName.TORSO]
    assert torso is not None
    assert np.linalg.det(torso.forward) > 0
