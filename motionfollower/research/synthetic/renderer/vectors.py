"""Algebra of 3-vectors as tuples, which stay in registers."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled

Vector = tuple[float, float, float]


@compiled
def add(a: Vector, b: Vector) -> Vector:
    """a + b."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@compiled
def subtract(a: Vector, b: Vector) -> Vector:
    """a − b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@compiled
def scale(a: Vector, by: float) -> Vector:
    """a · by."""
    return a[0] * by, a[1] * by, a[2] * by


@compiled
def multiply(a: Vector, b: Vector) -> Vector:
    """The componentwise product."""
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


@compiled
def dot(a: Vector, b: Vector) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def unit(a: Vector) -> Vector:
    """a scaled to length 1."""
    return scale(a, 1 / np.sqrt(dot(a, a) + 1e-12))


@compiled
def blend(a: Vector, b: Vector, weight: float) -> Vector:
    """Interpolate linearly from a (weight 0) to b (weight 1)."""
    return a[0] + weight * (b[0] - a[0]), a[1] + weight * (b[1] - a[1]), a[2] + weight * (b[2] - a[2])


@compiled
def row(table: np.ndarray, index: int) -> Vector:
    """Row `index` of a table [N, 3]."""
    return np.float64(table[index, 0]), np.float64(table[index, 1]), np.float64(table[index, 2])


@compiled
def rotate(matrix: np.ndarray, a: Vector) -> Vector:
    """matrix [3, 3] · a."""
    return dot(row(matrix, 0), a), dot(row(matrix, 1), a), dot(row(matrix, 2), a)


@compiled
def rotate_inverse(matrix: np.ndarray, a: Vector) -> Vector:
    """matrixᵀ · a, the inverse rotation."""
    return (
        matrix[0, 0] * a[0] + matrix[1, 0] * a[1] + matrix[2, 0] * a[2],
        matrix[0, 1] * a[0] + matrix[1, 1] * a[1] + matrix[2, 1] * a[2],
        matrix[0, 2] * a[0] + matrix[1, 2] * a[1] + matrix[2, 2] * a[2],
    )


@compiled
def clamp(value: float, low: float, high: float) -> float:
    """Limit a value to [low, high]."""
    return min(max(value, low), high)


@compiled
def fraction(value: float) -> float:
    """The fractional part, in [0, 1)."""
    return float(value - np.floor(value))


@compiled
def indicator(condition: bool) -> float:
    """1 if the condition holds, else 0; Numba does not convert booleans to floats."""
    return 1.0 if condition else 0.0
