"""Points that the user selects in a clip."""

import pytest

from preprocess.types import ClipPoint, InputError


@pytest.mark.parametrize("point", [(-0.1, 0.5, 0), (0.5, 1.1, 0), (float("nan"), 0.5, 0), (0.5, 0.5, -1)])
def test_a_point_lies_in_the_frame(point: tuple[float, float, int]) -> None:
    with pytest.raises(InputError, match="allowed are 0 to 1"):
        ClipPoint(*point)


def test_the_edge_belongs_to_the_last_pixel() -> None:
    assert ClipPoint(0.5, 0.25).pixel((100, 80)) == (50, 20)
    assert ClipPoint(1, 1).pixel((100, 80)) == (99, 79)
