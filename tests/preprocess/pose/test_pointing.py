"""Choosing one of two people, in a picture made of two bundled clips."""

import numpy as np
import pytest

from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.types import Clip, ClipPoint, InputError
from tests.preprocess.clips import read_example

FRAMES = 2
SMALL = ClipPoint(0.88, 0.76, frame=1)
"""On the person at the right, who is half as large."""


@pytest.fixture(scope="module")
def two_people() -> Clip:
    near, far = read_example("mia", FRAMES).frames, read_example("leo", FRAMES).frames[:, ::2, ::2]
    room = ((0, 0), (256, 0), (0, 0), (0, 0))
    return Clip(np.concatenate([near, np.pad(far, room, mode="edge")], axis=2), 8)


def test_the_largest_person_is_followed_where_nobody_points(two_people: Clip) -> None:
    seen = HolisticEstimator().estimate(two_people)
    assert (seen.poses.body[..., 0].mean(axis=1) < 512).all()


def test_the_chosen_person_is_followed_both_ways(two_people: Clip) -> None:
    seen = HolisticEstimator().estimate(two_people, SMALL)
    assert seen.masks is not None
    assert (seen.poses.body[..., 0].mean(axis=1) > 512).all()
    for mask in seen.masks.masks:
        assert mask[:, 512:].any()
        assert not mask[:, :500].any()


def test_a_point_at_nobody_is_an_error(two_people: Clip) -> None:
    with pytest.raises(InputError, match=r"Nobody was found at 0\.02, 0\.02 in frame 0\. Point at"):
        HolisticEstimator().estimate(two_people, ClipPoint(0.02, 0.02))


def test_a_point_after_the_end_is_an_error(two_people: Clip) -> None:
    with pytest.raises(InputError, match="frame 2; the clip has frames 0 to 1"):
        HolisticEstimator().estimate(two_people, ClipPoint(0.5, 0.5, frame=FRAMES))


@pytest.mark.parametrize("place", [(-0.1, 0.5, 0), (0.5, 1.1, 0), (float("nan"), 0.5, 0), (0.5, 0.5, -1)])
def test_a_point_lies_in_the_picture(place: tuple[float, float, int]) -> None:
    with pytest.raises(InputError, match="allowed are 0 to 1"):
        ClipPoint(*place)


def test_a_point_is_a_pixel_up_to_the_edge() -> None:
    assert ClipPoint(0.5, 0.25).pixel((100, 80)) == (50, 20)
    assert ClipPoint(1, 1).pixel((100, 80)) == (99, 79)
