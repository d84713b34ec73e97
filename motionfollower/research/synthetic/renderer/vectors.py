"""Three numbers at a time."""

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
    """Component by component."""
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


@compiled
def dot(a: Vector, b: Vector) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def unit(a: Vector) -> Vector:
    """The direction of a."""
    return scale(a, 1 / np.sqrt(dot(a, a) + 1e-12))


@compiled
def blend(a: Vector, b: Vector, share: float) -> Vector:
    """From a (share 0) to b (share 1)."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])


@compiled
def row(table: np.ndarray, index: int) -> Vector:
    """A row of a table [N, 3]."""
    return np.float64(table[index, 0]), np.float64(table[index, 1]), np.float64(table[index, 2])


@compiled
def turn(matrix: np.ndarray, a: Vector) -> Vector:
    """matrix [3, 3] · a."""
    return dot(row(matrix, 0), a), dot(row(matrix, 1), a), dot(row(matrix, 2), a)


@compiled
def turn_back(matrix: np.ndarray, a: Vector) -> Vector:
    """The inverse turn: matrixᵀ · a."""
    return (
        matrix[0, 0] * a[0] + matrix[1, 0] * a[1] + matrix[2, 0] * a[2],
        matrix[0, 1] * a[0] + matrix[1, 1] * a[1] + matrix[2, 1] * a[2],
        matrix[0, 2] * a[0] + matrix[1, 2] * a[1] + matrix[2, 2] * a[2],
    )


@compiled
def clamp(value: float, low: float, high: float) -> float:
    """The value, or the nearer bound."""
    return min(max(value, low), high)


@compiled
def fraction(value: float) -> float:
    """What is behind the point: where in its period a pattern is."""
    return float(value - np.floor(value))


@compiled
def flag(condition: bool) -> float:
    """1 where it holds, else 0: the compiler makes no numbers of booleans."""
    return 1.0 if condition else 0.0
