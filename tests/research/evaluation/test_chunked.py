"""The benchmark of long edits: the seam ratio, and the report."""

import numpy as np
import pytest

from motionfollower.research.evaluation.chunked import ChunkedCost, seam_ratio

PERIOD, FRAMES = 10, 61
SEAMS = (range(18, 22), range(37, 43))


@pytest.fixture
def changes() -> np.ndarray:
    """Of a motion with a period of ten frames and a varying speed."""
    return np.tile(np.random.default_rng(3).uniform(1, 9, PERIOD), FRAMES // PERIOD)


def test_invisible_seams_have_a_ratio_of_one(changes: np.ndarray) -> None:
    assert seam_ratio(changes, SEAMS, PERIOD) == pytest.approx(1)


def test_visible_seams_have_a_larger_ratio(changes: np.ndarray) -> None:
    changes[17:22] *= 3
    changes[36:43] *= 3
    assert seam_ratio(changes, SEAMS, PERIOD) == pytest.approx(3)


def test_the_report() -> None:
    cost = ChunkedCost(96, 600, 256, 60, 400, 2.0, 2.2, 1.04)
    assert cost.peak_ratio == pytest.approx(1.1)
    for text in (
        "of 96 and of 600 frames of 256x256",
        "2.20",
        "1.10   goal: at most 1.15",
        "1.04   1: as inside the chunks",
    ):
        assert text in cost.text()
