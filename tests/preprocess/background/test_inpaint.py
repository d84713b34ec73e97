"""Holes are filled with what is around them, and nothing else changes."""

import numpy as np
import pytest

from preprocess.background.inpaint import diffuse, fit_to_rim, inpaint
from preprocess.types import Bools

HEIGHT, WIDTH = 120, 160
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
SLOPE = np.stack([COLUMNS // 2, ROWS, ROWS + 40], axis=-1).astype(np.uint8)
STRIPES = np.repeat(np.where(COLUMNS // 10 % 2, 220, 40)[..., None], 3, axis=-1).astype(np.uint8)


def box(top: int, left: int, height: int, width: int) -> Bools:
    hole = np.zeros((HEIGHT, WIDTH), bool)
    hole[top : top + height, left : left + width] = True
    return hole


@pytest.mark.parametrize("picture", [SLOPE, STRIPES])
def test_pixels_outside_the_hole_stay(picture: np.ndarray) -> None:
    hole = box(40, 60, 30, 30)
    assert (inpaint(picture, hole)[~hole] == picture[~hole]).all()


def test_a_slope_goes_on() -> None:
    hole = box(45, 60, 30, 40)
    spoiled = np.where(hole[..., None], 0, SLOPE).astype(np.uint8)
    assert np.abs(inpaint(spoiled, hole).astype(int) - SLOPE).mean(axis=(0, 1), where=hole[..., None]).max() < 8


def test_stripes_go_on() -> None:
    hole = box(45, 62, 30, 33)
    spoiled = np.where(hole[..., None], 130, STRIPES).astype(np.uint8)
    wrong = np.abs(inpaint(spoiled, hole).astype(int) - STRIPES).max(axis=-1) > 90
    assert wrong[hole].mean() < 0.2


def test_a_picture_without_a_hole_is_itself() -> None:
    assert (inpaint(SLOPE, box(0, 0, 0, 0)) == SLOPE).all()


@pytest.mark.parametrize("size", [(8, 8), (120, 160)])
def test_tiny_pictures_and_huge_holes_are_filled_smoothly(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 90, np.uint8)
    hole = np.ones(size, bool)
    hole[:, 0] = False
    spoiled = np.where(hole[..., None], 0, picture).astype(np.uint8)
    assert np.abs(inpaint(spoiled, hole).astype(int) - 90).max() <= 1


def test_a_filling_takes_the_light_of_the_picture() -> None:
    hole = box(40, 60, 30, 30)
    darker = (SLOPE * 0.8).astype(np.uint8)
    lit = fit_to_rim(darker, SLOPE, hole)
    before, after = (np.abs(picture[hole].astype(int) - SLOPE[hole]).mean() for picture in (darker, lit))
    assert after < before / 3


def test_an_edge_at_the_rim_throws_no_shade_into_the_filling() -> None:
    hole = box(40, 60, 30, 30)
    picture = SLOPE.copy()
    picture[38:72, 90:93] = 255 - picture[38:72, 90:93] // 2  # something bright and narrow beside the hole
    lit = fit_to_rim(SLOPE, picture, hole)
    assert np.abs(lit[hole].astype(int) - SLOPE[hole]).max() <= 1


def test_colours_are_carried_into_a_hole() -> None:
    picture = np.full((16, 16, 3), 50, np.uint8)
    hole = np.zeros((16, 16), bool)
    hole[4:12, 4:12] = True
    picture[hole] = 255
    assert (diffuse(picture, hole) == 50).all()


def test_a_picture_that_is_all_hole_stays() -> None:
    assert (diffuse(SLOPE, np.ones((HEIGHT, WIDTH), bool)) == SLOPE).all()
