"""A painted stick figure is cut into layers that hold all of it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from preprocess.body_parts import PartName, Pose, measure_build, split_poses
from preprocess.cutout import Cutout, cut_out, join_islands
from preprocess.skeleton import R_ELBOW, R_WRIST
from preprocess.types import Bools, Floats
from tests.preprocess.figures import as_poses, capsules, standing

SIZE = (240, 320)
FIGURE = standing(1, SIZE, 280, (120, 300))
MASK = capsules(FIGURE, 20).masks[0]
BUILD = measure_build(split_poses(FIGURE), capsules(FIGURE, 20))
PICTURE = np.random.default_rng(7).integers(0, 256, (*SIZE[::-1], 3), np.uint8)


def cut(pose: Pose, mask: Bools = MASK) -> Cutout:
    return cut_out(PICTURE, mask, pose, BUILD)


def opacity(cutout: Cutout, names: list[PartName]) -> Floats:
    """How much of the picture these layers cover, f32 [H, W] in [0, 1]."""
    cover = np.zeros(SIZE[::-1], np.float32)
    for name in names:
        if layer := cutout[name]:
            (x, y), (height, width) = layer.corner, layer.rgba.shape[:2]
            area = cover[y : y + height, x : x + width]
            area[:] = np.maximum(area, layer.rgba[..., 3] / 255)
    return cover


def test_the_layers_hold_the_whole_person_and_nothing_else() -> None:
    cover = opacity(cut(split_poses(FIGURE)[0]), list(PartName))
    inner = cv2.erode(MASK.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0  # the rim is left to the background
    assert (cover[inner] > 0.5).mean() > 0.995
    assert (cover[~MASK] < 0.5).all()


def test_a_layer_shows_the_picture() -> None:
    layer = cut(split_poses(FIGURE)[0])[PartName.L_SHIN]
    assert layer is not None
    (x, y), (height, width) = layer.corner, layer.rgba.shape[:2]
    opaque = layer.rgba[..., 3] == 255
    assert opaque.any()
    assert (layer.rgba[opaque][:, :3] == PICTURE[y : y + height, x : x + width][opaque]).all()


def test_a_leg_behind_an_arm_is_known_to_be_hidden() -> None:
    joints = FIGURE.body.copy()
    joints[0, R_ELBOW], joints[0, R_WRIST] = joints[0, 8] + (-30, -20), joints[0, 9] + (0, 10)
    poses = as_poses(joints, SIZE)
    before, free = cut(split_poses(poses)[0], capsules(poses, 20).masks[0]), cut(split_poses(FIGURE)[0])
    hidden, shown = before[PartName.R_THIGH], free[PartName.R_THIGH]
    assert hidden is not None
    assert shown is not None
    assert hidden.hidden > shown.hidden + 0.2


def test_parts_that_are_out_of_sight_have_no_layer() -> None:
    pose = split_poses(FIGURE)[0]
    trusted = pose.trusted.copy()
    trusted[R_WRIST] = False
    cutout = cut(replace(pose, trusted=trusted))
    assert cutout[PartName.R_FOREARM] is None
    assert cutout[PartName.R_UPPER_ARM] is not None


def test_an_empty_mask_gives_no_layers() -> None:
    assert cut(split_poses(FIGURE)[0], np.zeros_like(MASK)) == (None,) * len(PartName)


@pytest.mark.parametrize("gap", [0, 2])
def test_an_island_goes_to_the_part_that_it_hangs_on(gap: int) -> None:
    labels = np.full((20, 40), PartName.TORSO)
    labels[:, 14:26] = PartName.R_FOREARM
    person = np.ones((20, 40), bool)
    person[:, 26 : 26 + gap] = False
    person[:, 32:] = False
    joined = join_islands(labels, person)
    assert (joined[:, :14] == PartName.TORSO).all()
    assert (joined[:, 14:32][person[:, 14:32]] == PartName.R_FOREARM).all()
