import numpy as np
import pytest

from motionfollower.measures import background_kept


def test_only_pixels_with_all_channels_equal_are_kept() -> None:
    source = np.zeros((2, 4, 4, 3), np.uint8)
    edited = source.copy()
    edited[0, :2, :, 2] = 1  # half of the first frame, in blue alone
    assert background_kept(source, edited) == pytest.approx(0.75)


def test_clips_of_unequal_length_are_a_mistake() -> None:
    frames = np.zeros((2, 4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="shorter"):
        background_kept(frames, frames[:1])
