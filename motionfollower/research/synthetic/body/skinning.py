"""Linear blend skinning of points and normals, and vertex normals."""

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.types import Floats


@compiled
def skin(
    points: Floats,
    normals: Floats,
    bones: NDArray[np.int32],
    weights: Floats,
    rotations: Floats,
    translations: Floats,
    posed_points: Floats,
    posed_normals: Floats,
) -> None:
    """Skin points and normals f32 [V, 3] by the weighted transforms of their bones, into `posed_…`."""
    for vertex in range(points.shape[0]):
        for row in range(3):
            a = b = c = d = np.float32(0)
            for slot in range(bones.shape[1]):
                weight = weights[vertex, slot]
                bone = bones[vertex, slot]
                a += weight * rotations[bone, row, 0]
                b += weight * rotations[bone, row, 1]
                c += weight * rotations[bone, row, 2]
                d += weight * translations[bone, row]
            x, y, z = points[vertex]
            posed_points[vertex, row] = a * x + b * y + c * z + d
            x, y, z = normals[vertex]
            posed_normals[vertex, row] = a * x + b * y + c * z
        x, y, z = posed_normals[vertex]
        scale = 1 / np.sqrt(x * x + y * y + z * z + 1e-12)
        for row in range(3):
            posed_normals[vertex, row] *= scale


@compiled
def vertex_normals(points: NDArray[np.float64], triangles: NDArray[np.int32], normals: NDArray[np.float64]) -> None:
    """Unit vertex normals f64 [V, 3] of a mesh: the area-weighted mean of its triangles' normals, into `normals`."""
    normals[:] = 0
    for triangle in range(triangles.shape[0]):
        i, j, k = triangles[triangle]
        normal = np.cross(points[j] - points[i], points[k] - points[i])
        normals[i] += normal
        normals[j] += normal
        normals[k] += normal
    for vertex in range(normals.shape[0]):
        normals[vertex] /= np.sqrt((normals[vertex] ** 2).sum()) + 1e-12
