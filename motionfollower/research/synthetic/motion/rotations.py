"""Rotation matrices [..., 3, 3], many at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Doubles = NDArray[np.float64]

X, Y, Z = np.eye(3)


def about(axis: ArrayLike, angle: ArrayLike) -> Doubles:
    """Turns by `angle` radians [...] about unit axes [..., 3]."""
    vectors = np.asarray(axis) * np.asarray(angle, np.float64)[..., None]
    return _matrices(vectors)


def interpolate(first: Doubles, second: Doubles, share: ArrayLike) -> Doubles:
    """On the shortest way from `first` (share 0) to `second` (share 1)."""
    way = np.swapaxes(first, -1, -2) @ second
    vectors = Rotation.from_matrix(way.reshape(-1, 3, 3)).as_rotvec().reshape(way.shape[:-1])
    return first @ _matrices(vectors * np.asarray(share)[..., None])


def shortest_turn(start: Doubles, end: Doubles, share: float = 1.0) -> Doubles:
    """The turn without twist that brings directions [..., 3] from `start` to `end`, or a share of the way."""
    start, end = unit(start), unit(end)
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis, axis=-1)
    angle = np.arctan2(sine, (start * end).sum(axis=-1))
    return about(axis / np.maximum(sine, 1e-9)[..., None], share * angle)


def nearest_rotation(matrices: Doubles) -> Doubles:
    """The rotations nearest to matrices that are almost ones."""
    left, _, right = np.linalg.svd(matrices)
    return np.asarray(left @ right)


def unit(vectors: Doubles) -> Doubles:
    """Vectors [..., 3] of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def frame(down_the_bone: Doubles, hinge: Doubles) -> Doubles:
    """The rotation of a limb that hangs along −y: its bone's direction and its hinge's (x), [..., 3] each."""
    y = -unit(down_the_bone)
    x = unit(hinge - y * (hinge * y).sum(axis=-1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _matrices(vectors: Doubles) -> Doubles:
    matrices = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix()
    return np.asarray(matrices.reshape(*vectors.shape, 3))
