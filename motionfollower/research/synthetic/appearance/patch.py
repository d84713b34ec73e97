"""Draping: patches of the base mesh as cloth, subdivided, smoothed and offset from the skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

from motionfollower.research.synthetic.assets.types import Doubles, Indices
from motionfollower.research.synthetic.body.skinning import vertex_normals
from motionfollower.research.synthetic.body.template import Template
from motionfollower.research.synthetic.renderer.types import Material

BONES_A_POINT = 6


@dataclass(frozen=True)
class Part:
    """A mesh of one material at rest, with skin weights.

    `points`, `normals` and the texture coordinates `coords` are f64 [N, 3]. `inside` f64 [N] is positive inside the
    material's outline; pixels outside are discarded. `layer` is the layer of hair in (0, 1], 0 for everything else.
    """

    material: Material
    points: Doubles
    normals: Doubles
    coords: Doubles
    inside: Doubles
    quads: Indices
    bones: NDArray[np.int32]
    weights: NDArray[np.float32]
    layer: float = 0.0


@dataclass(frozen=True)
class Patch:
    """Quads int32 [Q, 4] between points that are weighted means of template vertices, rows of `blend` [N, V]."""

    quads: Indices
    blend: csr_array

    @classmethod
    def of(cls, quads: Indices, vertices: int) -> Patch:
        """The patch of a subset of the template's quads."""
        used, index = np.unique(quads, return_inverse=True)
        rows = np.arange(len(used))
        blend = csr_array((np.ones(len(used)), (rows, used)), shape=(len(used), vertices))
        return cls(index.reshape(-1, 4).astype(np.int32), blend)

    def split(self) -> Patch:
        """Subdivide each quad into four."""
        edges = np.stack([self.quads, np.roll(self.quads, -1, axis=1)], axis=-1)
        ends, edge = np.unique(np.sort(edges.reshape(-1, 2), axis=1), axis=0, return_inverse=True)
        points, edge_count = self.blend.shape[0], len(ends)
        edge = points + edge.reshape(-1, 4)
        centre = points + edge_count + np.arange(len(self.quads))
        blend = vstack([self.blend, _means(ends, points) @ self.blend, _means(self.quads, points) @ self.blend])
        quads = [np.stack([self.quads[:, k], edge[:, k], centre, edge[:, k - 1]], axis=1) for k in range(4)]
        return Patch(np.concatenate(quads).astype(np.int32), csr_array(blend))


def _means(groups: NDArray[np.integer], points: int) -> csr_array:
    """The sparse matrix [G, points] that averages each group of points [G, k]."""
    count = groups.shape[1]
    rows = np.repeat(np.arange(len(groups)), count)
    return csr_array((np.full(groups.size, 1 / count), (rows, groups.ravel())), shape=(len(groups), points))


def smooth(points: Doubles, quads: Indices, rounds: int, step: float = 0.5) -> Doubles:
    """Laplacian smoothing: `rounds` times, move points by the fraction `step` toward the mean of their neighbours."""
    edges = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    pairs = np.unique(np.sort(edges, axis=1), axis=0)
    directed = np.concatenate([pairs, pairs[:, ::-1]])
    neighbours = csr_array((np.ones(len(directed)), (directed[:, 0], directed[:, 1])), shape=(len(points), len(points)))
    mean = diags_array(1 / np.maximum(neighbours.sum(axis=1), 1)) @ neighbours
    for _ in range(rounds):
        points = points + step * (mean @ points - points)
    return points


def triangles(quads: Indices) -> Indices:
    """Split quads into triangles, int32 [2 Q, 3]."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def normals_of(points: Doubles, quads: Indices) -> Doubles:
    """Unit normals of the points of a mesh."""
    normals = np.zeros_like(points)
    vertex_normals(np.ascontiguousarray(points), triangles(quads), normals)
    return normals


def strongest_bones(weights: csr_array) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The six strongest bones of each point and their normalised weights, from skin weights [N, B]."""
    dense = weights.toarray()
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :BONES_A_POINT]
    strongest = np.take_along_axis(dense, bones, axis=1)
    return bones.astype(np.int32), (strongest / strongest.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Drape:
    """Parameters of draping: the fields `inside` (see `Part`) and `ease`, the distance from the skin in metres.

    Both are f64 [V] over the template. `rounds` of smoothing remove the body's details; `splits` is the number of
    subdivisions.
    """

    inside: Doubles
    ease: Doubles
    rounds: int = 2
    splits: int = 1


MARGIN = 1.2  # decimetres: quads are kept this far outside the outline, which cuts through them


def drape(
    material: Material, template: Template, rest: Doubles, quads: Indices, style: Drape, layer: float = 0.0
) -> Part:
    """Drape a material over `quads` of a body `rest` f64 [V, 3], never below the skin."""
    selected = quads[(style.inside[quads] > -MARGIN).any(axis=1)]
    patch = Patch.of(selected, len(rest))
    for _ in range(style.splits):
        patch = patch.split()
    points = _offset_from_skin(patch, rest, style)
    bones, weights = strongest_bones(patch.blend @ template.weights)
    return Part(
        material=material,
        points=points,
        normals=normals_of(points, patch.quads),
        coords=patch.blend @ template.lowered_arms,
        inside=patch.blend @ style.inside,
        quads=patch.quads,
        bones=bones,
        weights=weights,
        layer=layer,
    )


def _offset_from_skin(patch: Patch, rest: Doubles, style: Drape) -> Doubles:
    skin = patch.blend @ rest
    cloth = smooth(skin, patch.quads, style.rounds + 1)
    outward = normals_of(cloth, patch.quads)
    sunken = np.minimum(((cloth - skin) * outward).sum(axis=1), 0)
    cloth += outward * (patch.blend @ style.ease - sunken)[:, None]
    return smooth(cloth, patch.quads, 1, 0.4)
