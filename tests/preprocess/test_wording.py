import numpy as np

from preprocess.wording import name_frames


def test_frames_in_words() -> None:
    assert name_frames(np.array([False, True, True, True, False, True])) == "frames 1–3, 5"
    assert name_frames(np.array([False, True])) == "frame 1"
