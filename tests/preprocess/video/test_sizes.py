"""Working sizes, and sizes that fit."""

import numpy as np
import pytest

from preprocess.video.crop import fit_within, working_size


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (512, 512)), ((1080, 1920), (384, 704)), ((1920, 1080), (704, 384)), ((8000, 16), (1024, 256))],
)
def test_working_size(size, expected):
    assert working_size(size) == expected


def test_working_size_is_in_whole_multiples():
    rng = np.random.default_rng(0)
    for width, height in rng.integers(16, 8192, (200, 2)):
        size = working_size((int(width), int(height)), area=128 * 128, multiple=32)
        assert size[0] % 32 == size[1] % 32 == 0
        assert 0.5 < size[0] * size[1] / 128**2 < 2


def test_fit_within():
    assert fit_within((1920, 1080), 960) == (960, 540)
    assert fit_within((100, 50), 960) == (100, 50)
    assert fit_within((8192, 16), 256) == (256, 1)
