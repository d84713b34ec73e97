"""Layers are painted where their bones go, and bend smoothly at the joints."""

import numpy as np
import pytest

from preprocess.puppet.render import Bend, Canvas, mean_turn, sample_image
from preprocess.puppet.segment_parts import Layer
from preprocess.puppet.transforms import BoneMove
from preprocess.types import Floats

STILL = BoneMove(np.zeros(2, np.float32), np.zeros(2, np.float32), np.eye(2, dtype=np.float32))
POINTS = np.stack(np.meshgrid(np.arange(30), np.arange(20)), axis=-1).astype(np.float32)


def turn(degrees: float, size: float = 1.0) -> Floats:
    angle = np.radians(degrees)
    return size * np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize(("one", "other", "mean"), [(0, 60, 30), (-20, 20, 0), (170, 190, 180)])
def test_the_mean_of_two_turns_lies_halfway(one: float, other: float, mean: float) -> None:
    assert mean_turn(turn(one), turn(other)) == pytest.approx(turn(mean), abs=1e-5)


def test_the_mean_turn_is_as_large_as_both() -> None:
    assert np.linalg.det(mean_turn(turn(0, 2), turn(80, 2))) == pytest.approx(4, rel=1e-5)


def test_limbs_that_fold_do_not_bend() -> None:
    assert (mean_turn(turn(10), turn(150)) == turn(10)).all()


def test_without_a_bend_points_come_from_where_the_move_took_them() -> None:
    move = BoneMove(np.float32([5, 5]), np.float32([9, 2]), turn(35, 1.3))
    assert move.apply(sample_image(POINTS, move, [])) == pytest.approx(POINTS, abs=1e-3)


def test_two_parts_agree_at_their_joint() -> None:
    """Both are painted from the same place there, so no gap opens."""
    joint, target = np.float32([15, 10]), np.float32([15, 10])
    upper, lower = BoneMove(joint, target, turn(0)), BoneMove(joint, target, turn(50))
    middle = BoneMove(joint, target, mean_turn(upper.forward, lower.forward))
    above = sample_image(POINTS, upper, [Bend(middle, np.float32([-1, 0]), 6)])
    below = sample_image(POINTS, lower, [Bend(middle, turn(50) @ np.float32([1, 0]), 6)])
    assert above[10, 15] == pytest.approx(below[10, 15], abs=1e-3)
    assert above[10, 15] == pytest.approx(joint, abs=1e-3)
    assert above[10, 2] == pytest.approx(POINTS[10, 2], abs=1e-3)  # far from the joint it is stiff


def layer(corner: tuple[int, int]) -> Layer:
    rgba = np.zeros((6, 8, 4), np.uint8)
    rgba[1:-1, 1:-1] = (200, 100, 50, 255)
    return Layer(rgba, corner, hidden=0.0)


def test_an_unmoved_layer_is_painted_where_it_was_cut() -> None:
    canvas = Canvas(np.full((20, 30, 3), 9, np.uint8))
    canvas.paint(layer((10, 5)), STILL, [])
    picture, cover = canvas.finished()
    assert (picture[6:10, 11:17] == (200, 100, 50)).all()
    assert (picture[~cover] == 9).all()
    assert cover.sum() == 4 * 6


@pytest.mark.parametrize("corner", [(-4, 5), (26, 17), (100, 5), (5, -50)])
def test_layers_may_reach_beyond_the_picture(corner: tuple[int, int]) -> None:
    canvas = Canvas(np.full((20, 30, 3), 9, np.uint8))
    canvas.paint(layer((0, 0)), BoneMove(np.zeros(2, np.float32), np.float32(corner), turn(0)), [])
    _, cover = canvas.finished()
    rows, columns = np.arange(20)[:, None], np.arange(30)
    inside = (rows > corner[1]) & (rows < corner[1] + 5) & (columns > corner[0]) & (columns < corner[0] + 7)
    assert (cover == inside).all()
