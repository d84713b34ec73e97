"""Layers are warped with their bones and bend smoothly at the joints."""

import numpy as np
import pytest

from preprocess.puppet.render import Bend, Canvas, inverse_warp, mean_transform
from preprocess.puppet.segment_parts import Layer
from preprocess.puppet.transforms import BoneTransform
from preprocess.types import Floats

STILL = BoneTransform(np.zeros(2, np.float32), np.zeros(2, np.float32), np.eye(2, dtype=np.float32))
POINTS = np.stack(np.meshgrid(np.arange(30), np.arange(20)), axis=-1).astype(np.float32)


def rotation(degrees: float, size: float = 1.0) -> Floats:
    angle = np.radians(degrees)
    return size * np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize(("one", "other", "mean"), [(0, 60, 30), (-20, 20, 0), (170, 190, 180)])
def test_the_mean_of_two_rotations_lies_halfway(one: float, other: float, mean: float) -> None:
    assert mean_transform(rotation(one), rotation(other)) == pytest.approx(rotation(mean), abs=1e-5)


def test_the_mean_transform_keeps_the_area() -> None:
    assert np.linalg.det(mean_transform(rotation(0, 2), rotation(80, 2))) == pytest.approx(4, rel=1e-5)


def test_limbs_that_fold_do_not_bend() -> None:
    assert (mean_transform(rotation(10), rotation(150)) == rotation(10)).all()


def test_without_a_bend_the_inverse_warp_inverts_the_transform() -> None:
    transform = BoneTransform(np.float32([5, 5]), np.float32([9, 2]), rotation(35, 1.3))
    assert transform.apply(inverse_warp(POINTS, transform, [])) == pytest.approx(POINTS, abs=1e-3)


def test_two_parts_agree_at_their_joint() -> None:
    """Both are sampled from the same position there, so no gap opens."""
    joint, target = np.float32([15, 10]), np.float32([15, 10])
    upper, lower = BoneTransform(joint, target, rotation(0)), BoneTransform(joint, target, rotation(50))
    middle = BoneTransform(joint, target, mean_transform(upper.forward, lower.forward))
    above = inverse_warp(POINTS, upper, [Bend(middle, np.float32([-1, 0]), 6)])
    below = inverse_warp(POINTS, lower, [Bend(middle, rotation(50) @ np.float32([1, 0]), 6)])
    assert above[10, 15] == pytest.approx(below[10, 15], abs=1e-3)
    assert above[10, 15] == pytest.approx(joint, abs=1e-3)
    assert above[10, 2] == pytest.approx(POINTS[10, 2], abs=1e-3)  # far from the joint it is rigid


def layer(corner: tuple[int, int]) -> Layer:
    rgba = np.zeros((6, 8, 4), np.uint8)
    rgba[1:-1, 1:-1] = (200, 100, 50, 255)
    return Layer(rgba, corner, overlap=0.0)


def test_an_unmoved_layer_is_painted_where_it_was_cut() -> None:
    canvas = Canvas(np.full((20, 30, 3), 9, np.uint8))
    canvas.paint(layer((10, 5)), STILL, [])
    image, mask = canvas.result()
    assert (image[6:10, 11:17] == (200, 100, 50)).all()
    assert (image[~mask] == 9).all()
    assert mask.sum() == 4 * 6


@pytest.mark.parametrize("corner", [(-4, 5), (26, 17), (100, 5), (5, -50)])
def test_layers_may_extend_beyond_the_frame(corner: tuple[int, int]) -> None:
    canvas = Canvas(np.full((20, 30, 3), 9, np.uint8))
    canvas.paint(layer((0, 0)), BoneTransform(np.zeros(2, np.float32), np.float32(corner), rotation(0)), [])
    _, mask = canvas.result()
    rows, columns = np.arange(20)[:, None], np.arange(30)
    inside = (rows > corner[1]) & (rows < corner[1] + 5) & (columns > corner[0]) & (columns < corner[0] + 7)
    assert (mask == inside).all()
