import numpy as np

from preprocess.progress import frame_list


def test_frames_in_words() -> None:
    assert frame_list(np.array([False, True, True, True, False, True])) == "frames 1–3, 5"
    assert frame_list(np.array([False, True])) == "frame 1"
