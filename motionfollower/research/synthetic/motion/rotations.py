"""Algebra of rotation matrices [..., 3, 3]."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from motionfollower.research.synthetic.motion.types import Doubles

X, Y, Z = np.eye(3)


def axis_rotation(axis: ArrayLike, angle: ArrayLike) -> Doubles:
    """Rotations by `angle` radians [...] about unit axes [..., 3]."""
    vectors = np.asarray(axis) * np.asarray(angle, np.float64)[..., None]
    return _matrices(vectors)


def interpolate(first: Doubles, second: Doubles, fraction: ArrayLike) -> Doubles:
    """Spherical interpolation from `first` (fraction 0) to `second` (fraction 1)."""
    difference = np.swapaxes(first, -1, -2) @ second
    vectors = Rotation.from_matrix(difference.reshape(-1, 3, 3)).as_rotvec().reshape(difference.shape[:-1])
    return first @ _matrices(vectors * np.asarray(fraction)[..., None])


def shortest_rotation(start: Doubles, end: Doubles, fraction: float = 1.0) -> Doubles:
    """The twist-free rotation of directions [..., 3] from `start` to `end`, by a `fraction` of the angle."""
    start, end = unit(start), unit(end)
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis, axis=-1)
    angle = np.arctan2(sine, (start * end).sum(axis=-1))
    return axis_rotation(axis / np.maximum(sine, 1e-9)[..., None], fraction * angle)


def nearest_rotation(matrices: Doubles) -> Doubles:
    """Project matrices that are almost rotations to the nearest rotations."""
    left, _, right = np.linalg.svd(matrices)
    return np.asarray(left @ right)


def unit(vectors: Doubles) -> Doubles:
    """Scale vectors [..., 3] to length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def limb_frame(bone: Doubles, hinge: Doubles) -> Doubles:
    """The coordinate frame of a limb whose `bone` points along −y and whose `hinge` is x, [..., 3] each."""
    y = -unit(bone)
    x = unit(hinge - y * (hinge * y).sum(axis=-1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _matrices(vectors: Doubles) -> Doubles:
    matrices = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix()
    return np.asarray(matrices.reshape(*vectors.shape, 3))
