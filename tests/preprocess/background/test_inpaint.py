"""Holes are filled from their surroundings, and nothing else changes."""

import numpy as np
import pytest

from preprocess.background.inpaint import diffuse, fit_to_rim, inpaint
from preprocess.types import Bools

HEIGHT, WIDTH = 120, 160
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
GRADIENT = np.stack([COLUMNS // 2, ROWS, ROWS + 40], axis=-1).astype(np.uint8)
STRIPES = np.repeat(np.where(COLUMNS // 10 % 2, 220, 40)[..., None], 3, axis=-1).astype(np.uint8)


def box(top: int, left: int, height: int, width: int) -> Bools:
    hole = np.zeros((HEIGHT, WIDTH), bool)
    hole[top : top + height, left : left + width] = True
    return hole


@pytest.mark.parametrize("image", [GRADIENT, STRIPES])
def test_pixels_outside_the_hole_are_unchanged(image: np.ndarray) -> None:
    hole = box(40, 60, 30, 30)
    assert (inpaint(image, hole)[~hole] == image[~hole]).all()


def test_a_gradient_is_continued() -> None:
    hole = box(45, 60, 30, 40)
    spoiled = np.where(hole[..., None], 0, GRADIENT).astype(np.uint8)
    assert np.abs(inpaint(spoiled, hole).astype(int) - GRADIENT).mean(axis=(0, 1), where=hole[..., None]).max() < 8


def test_stripes_are_continued() -> None:
    hole = box(45, 62, 30, 33)
    spoiled = np.where(hole[..., None], 130, STRIPES).astype(np.uint8)
    wrong = np.abs(inpaint(spoiled, hole).astype(int) - STRIPES).max(axis=-1) > 90
    assert wrong[hole].mean() < 0.2


def test_an_image_without_a_hole_is_unchanged() -> None:
    assert (inpaint(GRADIENT, box(0, 0, 0, 0)) == GRADIENT).all()


@pytest.mark.parametrize("size", [(8, 8), (120, 160)])
def test_tiny_images_and_huge_holes_are_filled_smoothly(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 90, np.uint8)
    hole = np.ones(size, bool)
    hole[:, 0] = False
    spoiled = np.where(hole[..., None], 0, image).astype(np.uint8)
    assert np.abs(inpaint(spoiled, hole).astype(int) - 90).max() <= 1


def test_a_filling_adapts_to_the_light_of_the_image() -> None:
    hole = box(40, 60, 30, 30)
    darker = (GRADIENT * 0.8).astype(np.uint8)
    lit = fit_to_rim(darker, GRADIENT, hole)
    before, after = (np.abs(image[hole].astype(int) - GRADIENT[hole]).mean() for image in (darker, lit))
    assert after < before / 3


def test_an_edge_at_the_rim_does_not_change_the_filling() -> None:
    hole = box(40, 60, 30, 30)
    image = GRADIENT.copy()
    image[38:72, 90:93] = 255 - image[38:72, 90:93] // 2  # something bright and narrow beside the hole
    lit = fit_to_rim(GRADIENT, image, hole)
    assert np.abs(lit[hole].astype(int) - GRADIENT[hole]).max() <= 1


def test_colours_are_diffused_into_a_hole() -> None:
    image = np.full((16, 16, 3), 50, np.uint8)
    hole = np.zeros((16, 16), bool)
    hole[4:12, 4:12] = True
    image[hole] = 255
    assert (diffuse(image, hole) == 50).all()


def test_an_image_that_is_all_hole_is_unchanged() -> None:
    assert (diffuse(GRADIENT, np.ones((HEIGHT, WIDTH), bool)) == GRADIENT).all()
