"""Colour models of a painted figure's parts: distinct colours are discriminative, shared ones are not."""

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


def measure(image: Frame) -> PartColours:
    return PartColours.measure([PartView.of(image, MASKS.masks[0], POSE, BUILD)])


def log_ratio(colours: PartColours, colour: tuple[int, int, int], name: PartName) -> float:
    return float(colours.log_ratios_of(np.full((4, 4, 3), colour, np.uint8))[name, 1, 1])


def dressed() -> Frame:
    """Skin colour except for the torso."""
    image = np.full((*SIZE[::-1], 3), SKIN, np.uint8)
    corners = np.rint(POSE.joints[[2, 5, 11, 8]]).astype(np.int32)
    cv2.fillConvexPoly(image, corners, SHIRT)
    return image


def test_the_colour_of_a_shirt_belongs_to_the_torso_and_no_arm() -> None:
    colours = measure(dressed())
    assert log_ratio(colours, SHIRT, PartName.TORSO) > 0.5
    assert max(log_ratio(colours, SHIRT, arm) for arm in ARM_PARTS) < -1


def test_a_uniform_colour_is_not_discriminative() -> None:
    colours = measure(np.full((*SIZE[::-1], 3), SKIN, np.uint8))
    assert not colours.log_ratios.any()


def test_an_unknown_colour_is_not_discriminative() -> None:
    assert log_ratio(measure(dressed()), (0, 255, 0), PartName.TORSO) == 0


def test_both_sides_share_their_colours() -> None:
    log_ratios = measure(dressed()).log_ratios
    assert (log_ratios[PartName.R_FOREARM] == log_ratios[PartName.L_FOREARM]).all()
