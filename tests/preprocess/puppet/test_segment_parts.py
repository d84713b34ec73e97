"""A painted stick figure is cut into layers that together contain all of it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from preprocess.pose.skeleton import L_ELBOW, L_HIP, L_SHOULDER, L_WRIST, R_ELBOW, R_SHOULDER, R_WRIST
from preprocess.puppet.part_colours import PartColours
from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import PartName, Pose, measure_build, split_poses
from preprocess.puppet.segment_parts import Cutout, cut_out, join_islands
from preprocess.types import Bools, Floats, Frame
from tests.preprocess.figures import as_poses, capsules, standing

SIZE = (240, 320)
FIGURE = standing(1, SIZE, 280, (120, 300))
MASK = capsules(FIGURE, 20).masks[0]
BUILD = measure_build(split_poses(FIGURE), capsules(FIGURE, 20))
IMAGE = np.random.default_rng(7).integers(0, 256, (*SIZE[::-1], 3), np.uint8)


def cut(pose: Pose, mask: Bools = MASK, image: Frame = IMAGE) -> Cutout:
    view = PartView.of(image, mask, pose, BUILD)
    return cut_out(image, mask, view, PartColours.measure([view]))


def opacity(cutout: Cutout, names: list[PartName]) -> Floats:
    """The opacity of these layers together, f32 [H, W] in [0, 1]."""
    cover = np.zeros(SIZE[::-1], np.float32)
    for name in names:
        if layer := cutout[name]:
            (x, y), (height, width) = layer.corner, layer.rgba.shape[:2]
            area = cover[y : y + height, x : x + width]
            area[:] = np.maximum(area, layer.rgba[..., 3] / 255)
    return cover


def test_the_layers_contain_the_whole_person_and_nothing_else() -> None:
    cover = opacity(cut(split_poses(FIGURE)[0]), list(PartName))
    inner = cv2.erode(MASK.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0  # the rim is eroded
    assert (cover[inner] > 0.5).mean() > 0.995
    assert (cover[~MASK] < 0.5).all()


def test_a_layer_has_the_colours_of_the_frame() -> None:
    layer = cut(split_poses(FIGURE)[0])[PartName.L_SHIN]
    assert layer is not None
    (x, y), (height, width) = layer.corner, layer.rgba.shape[:2]
    opaque = layer.rgba[..., 3] == 255
    assert opaque.any()
    assert (layer.rgba[opaque][:, :3] == IMAGE[y : y + height, x : x + width][opaque]).all()


def test_a_leg_behind_an_arm_has_a_large_overlap() -> None:
    joints = FIGURE.body.copy()
    joints[0, R_ELBOW], joints[0, R_WRIST] = joints[0, 8] + (-30, -20), joints[0, 9] + (0, 10)
    poses = as_poses(joints, SIZE)
    before, free = cut(split_poses(poses)[0], capsules(poses, 20).masks[0]), cut(split_poses(FIGURE)[0])
    hidden, shown = before[PartName.R_THIGH], free[PartName.R_THIGH]
    assert hidden is not None
    assert shown is not None
    assert hidden.overlap > shown.overlap + 0.2


def test_an_arm_does_not_include_the_shirt_behind_it() -> None:
    """The right arm is half as wide as its default outline, so that only colours give its edge."""
    joints = FIGURE.body.copy()
    joints[0, R_WRIST] = (joints[0, L_SHOULDER] + joints[0, L_HIP]) / 2
    poses = as_poses(joints, SIZE)
    mask, shirt, skin = capsules(poses, 20).masks[0], (30, 60, 160), (220, 170, 140)
    image = np.full_like(IMAGE, 90)
    torso = np.s_[round(joints[0, L_SHOULDER, 1]) : round(joints[0, L_HIP, 1]), 85:155]
    image[torso], mask[torso] = shirt, True
    for arm, width in (((R_SHOULDER, R_ELBOW, R_WRIST), 9), ((L_SHOULDER, L_ELBOW, L_WRIST), 22)):
        cv2.polylines(image, [np.rint(joints[0, arm]).astype(np.int32)], False, skin, thickness=width)
    layer = cut(split_poses(poses)[0], mask, image)[PartName.R_FOREARM]
    assert layer is not None
    opaque = layer.rgba[layer.rgba[..., 3] > 250][:, :3].astype(int)
    assert (np.abs(opaque - skin).max(axis=1) < 40).mean() > 0.3
    assert (np.abs(opaque - shirt).max(axis=1) < 40).mean() < 0.2


def test_a_layer_is_connected() -> None:
    mask = MASK.copy()
    mask[5:9, 5:9] = True  # a speck far from everything
    for layer in cut(split_poses(FIGURE)[0], mask):
        assert layer is not None
        assert cv2.connectedComponents((layer.rgba[..., 3] > 127).astype(np.uint8))[0] == 2


def test_a_torso_that_an_arm_crosses_is_not_relabelled() -> None:
    labels = np.full((40, 20), PartName.TORSO)
    labels[14:20] = PartName.R_FOREARM
    assert (join_islands(labels, np.ones((40, 20), bool)) == labels).all()


def test_parts_with_untrusted_joints_have_no_layer() -> None:
    pose = split_poses(FIGURE)[0]
    trusted = pose.trusted.copy()
    trusted[R_WRIST] = False
    cutout = cut(replace(pose, trusted=trusted))
    assert cutout[PartName.R_FOREARM] is None
    assert cutout[PartName.R_UPPER_ARM] is not None


def test_an_empty_mask_gives_no_layers() -> None:
    assert cut(split_poses(FIGURE)[0], np.zeros_like(MASK)) == (None,) * len(PartName)


@pytest.mark.parametrize("gap", [0, 2])
def test_an_island_is_joined_to_the_part_around_it(gap: int) -> None:
    labels = np.full((20, 40), PartName.TORSO)
    labels[:, 14:26] = PartName.R_FOREARM
    person = np.ones((20, 40), bool)
    person[:, 26 : 26 + gap] = False
    person[:, 29:] = False
    joined = join_islands(labels, person)
    assert (joined[:, :14] == PartName.TORSO).all()
    assert (joined[:, 14:29][person[:, 14:29]] == PartName.R_FOREARM).all()
