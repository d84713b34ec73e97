"""Selecting one of two people, in a clip composed of two examples."""

import numpy as np
import pytest

from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.types import Clip, ClipPoint, InputError
from tests.preprocess.clips import read_example

FRAMES = 2
SMALL = ClipPoint(0.88, 0.76, frame=1)
"""On the person on the right, who is half as large."""


@pytest.fixture(scope="module")
def two_people() -> Clip:
    near, far = read_example("mia", FRAMES).frames, read_example("leo", FRAMES).frames[:, ::2, ::2]
    padding = ((0, 0), (256, 0), (0, 0), (0, 0))
    return Clip(np.concatenate([near, np.pad(far, padding, mode="edge")], axis=2), 8)


def test_the_largest_person_is_tracked_by_default(two_people: Clip) -> None:
    observation = HolisticEstimator().estimate(two_people)
    assert (observation.poses.body[..., 0].mean(axis=1) < 512).all()


def test_the_selected_person_is_tracked_in_both_directions(two_people: Clip) -> None:
    observation = HolisticEstimator().estimate(two_people, SMALL)
    assert observation.masks is not None
    assert (observation.poses.body[..., 0].mean(axis=1) > 512).all()
    for mask in observation.masks.masks:
        assert mask[:, 512:].any()
        assert not mask[:, :500].any()


def test_a_point_on_the_background_is_an_error(two_people: Clip) -> None:
    with pytest.raises(InputError, match=r"No person is found at 0\.02, 0\.02 in frame 0\. Choose a point"):
        HolisticEstimator().estimate(two_people, ClipPoint(0.02, 0.02))


def test_a_point_after_the_end_is_an_error(two_people: Clip) -> None:
    with pytest.raises(InputError, match="frame 2; the clip has frames 0 to 1"):
        HolisticEstimator().estimate(two_people, ClipPoint(0.5, 0.5, frame=FRAMES))
