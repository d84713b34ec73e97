"""Outlines brought to a mask: narrow gaps and rims go, whole limbs stay."""

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
    """Red above, blue below."""
    picture = np.where(mask[..., None], np.array(RED, np.uint8), BACKGROUND)
    picture[100:][mask[100:]] = BLUE
    return picture


def fitted(shown: Bools, wanted: Bools) -> tuple[Frame, Bools]:
    return fit_silhouette(dressed(shown), shown, wanted, BACKGROUND)


def test_a_narrow_gap_takes_the_colours_beside_it() -> None:
    picture, mask = fitted(box(50, 20, 100, 180), wanted := box(48, 20, 102, 180))
    assert (mask == wanted).all()
    assert picture[60, 100].tolist() == pytest.approx(list(RED), abs=12)
    assert picture[150, 100].tolist() == pytest.approx(list(BLUE), abs=12)
    assert (picture[:, 110:] == GREEN).all()


def test_a_narrow_rim_shows_the_background() -> None:
    picture, mask = fitted(box(46, 20, 104, 180), box(50, 20, 100, 180))
    assert not mask[:, :49].any()
    assert (picture[:, 46] == GREEN).all()
    assert picture[60, 75].tolist() == pytest.approx(list(RED), abs=1)


def test_a_limb_that_the_mask_misses_stays() -> None:
    shown = box(50, 20, 100, 180) | box(100, 60, 150, 76)
    picture, mask = fitted(shown, box(50, 20, 100, 180))
    assert mask[68, 140]
    assert picture[68, 130].tolist() == pytest.approx(list(RED), abs=1)


def test_a_limb_that_the_puppet_lacks_is_not_made_up() -> None:
    picture, mask = fitted(box(50, 20, 100, 180), box(50, 20, 100, 180) | box(100, 60, 150, 76))
    assert not mask[:, 110:].any()
    assert (picture[:, 115:] == GREEN).all()


@pytest.mark.parametrize(
    ("shown", "wanted"), [(box(50, 20, 100, 180), box(0, 0, 0, 0)), (box(0, 0, 0, 0), box(5, 5, 9, 9))]
)
def test_without_a_mask_or_a_puppet_nothing_changes(shown: Bools, wanted: Bools) -> None:
    picture, mask = fitted(shown, wanted)
    assert (picture == dressed(shown)).all()
    assert (mask == shown).all()
