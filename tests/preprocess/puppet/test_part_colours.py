"""The colours of a painted figure's parts are told apart, and those that all parts share tell nothing."""

import cv2
import numpy as np

from preprocess.puppet.part_colours import PartColours
from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import ARM_PARTS, PartName, measure_build, split_poses
from preprocess.types import Frame
from tests.preprocess.figures import capsules, standing

SIZE = (240, 320)
FIGURE = standing(1, SIZE, 280, (120, 300))
POSE = split_poses(FIGURE)[0]
MASKS = capsules(FIGURE, 20)
BUILD = measure_build([POSE], MASKS)
SKIN, SHIRT = (220, 170, 140), (30, 60, 160)


def measure(picture: Frame) -> PartColours:
    return PartColours.measure([PartView.of(picture, MASKS.masks[0], POSE, BUILD)])


def likeness(colours: PartColours, colour: tuple[int, int, int], name: PartName) -> float:
    return float(colours.look_up(np.full((4, 4, 3), colour, np.uint8))[name, 1, 1])


def dressed() -> Frame:
    """All skin but for the torso."""
    picture = np.full((*SIZE[::-1], 3), SKIN, np.uint8)
    corners = np.rint(POSE.joints[[2, 5, 11, 8]]).astype(np.int32)
    cv2.fillConvexPoly(picture, corners, SHIRT)
    return picture


def test_a_shirt_is_the_torso_s_and_no_arm_s() -> None:
    colours = measure(dressed())
    assert likeness(colours, SHIRT, PartName.TORSO) > 0.5
    assert max(likeness(colours, SHIRT, arm) for arm in ARM_PARTS) < -1


def test_one_colour_all_over_tells_nothing() -> None:
    colours = measure(np.full((*SIZE[::-1], 3), SKIN, np.uint8))
    assert not colours.likeness.any()


def test_a_colour_that_nobody_wears_tells_nothing() -> None:
    assert likeness(measure(dressed()), (0, 255, 0), PartName.TORSO) == 0


def test_both_sides_are_dressed_alike() -> None:
    likely = measure(dressed()).likeness
    assert (likely[PartName.R_FOREARM] == likely[PartName.L_FOREARM]).all()
