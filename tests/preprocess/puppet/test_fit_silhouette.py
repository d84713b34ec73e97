"""Fitting outlines to a mask: narrow gaps and rims are corrected, whole limbs are kept."""

import numpy as np
import pytest

from preprocess.puppet.fit_silhouette import fit_silhouette
from preprocess.types import Bools, Frame

GREEN, RED, BLUE = (20, 120, 30), (200, 20, 20), (20, 20, 200)
BACKGROUND = np.full((200, 160, 3), GREEN, np.uint8)


def box(left: int, top: int, right: int, bottom: int) -> Bools:
    mask = np.zeros((200, 160), bool)
    mask[top:bottom, left:right] = True
    return mask


def dressed(mask: Bools) -> Frame:
    """A person who is red above and blue below."""
    image = np.where(mask[..., None], np.array(RED, np.uint8), BACKGROUND)
    image[100:][mask[100:]] = BLUE
    return image


def fitted(shown: Bools, target: Bools) -> tuple[Frame, Bools]:
    return fit_silhouette(dressed(shown), shown, target, BACKGROUND)


def test_a_narrow_gap_is_filled_with_adjacent_colours() -> None:
    image, mask = fitted(box(50, 20, 100, 180), target := box(48, 20, 102, 180))
    assert (mask == target).all()
    assert image[60, 100].tolist() == pytest.approx(list(RED), abs=12)
    assert image[150, 100].tolist() == pytest.approx(list(BLUE), abs=12)
    assert (image[:, 110:] == GREEN).all()


def test_a_narrow_rim_is_trimmed() -> None:
    image, mask = fitted(box(46, 20, 104, 180), box(50, 20, 100, 180))
    assert not mask[:, :49].any()
    assert (image[:, 46] == GREEN).all()
    assert image[60, 75].tolist() == pytest.approx(list(RED), abs=1)


def test_a_limb_that_the_mask_misses_is_kept() -> None:
    shown = box(50, 20, 100, 180) | box(100, 60, 150, 76)
    image, mask = fitted(shown, box(50, 20, 100, 180))
    assert mask[68, 140]
    assert image[68, 130].tolist() == pytest.approx(list(RED), abs=1)


def test_a_limb_that_the_puppet_lacks_is_not_added() -> None:
    image, mask = fitted(box(50, 20, 100, 180), box(50, 20, 100, 180) | box(100, 60, 150, 76))
    assert not mask[:, 110:].any()
    assert (image[:, 115:] == GREEN).all()


@pytest.mark.parametrize(
    ("shown", "target"), [(box(50, 20, 100, 180), box(0, 0, 0, 0)), (box(0, 0, 0, 0), box(5, 5, 9, 9))]
)
def test_without_a_mask_or_a_puppet_nothing_changes(shown: Bools, target: Bools) -> None:
    image, mask = fitted(shown, target)
    assert (image == dressed(shown)).all()
    assert (mask == shown).all()
