"""Pieces of the base mesh as cloth: split finer, smoothed, lifted off the skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.assets.types import Doubles, Indices
from motionfollower.research.synthetic.body.skinning import vertex_normals
from motionfollower.research.synthetic.body.template import Template

BONES_A_POINT = 6


@dataclass(frozen=True)
class Part:
    """A mesh of one material at rest.

    `points`, `normals`, `coords` f64 [N, 3]: coords are what patterns are drawn in. `inside` f64 [N] is positive
    where the material is; the rest is cut away a pixel. `layer` is which layer of hair this is, in (0, 1].
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
    """Quads int32 [Q, 4] between points that are means of template vertices: the rows of `blend` [N, V]."""

    quads: Indices
    blend: csr_array

    @classmethod
    def of(cls, quads: Indices, vertices: int) -> Patch:
        """The patch of some of the template's quads."""
        used, renamed = np.unique(quads, return_inverse=True)
        rows = np.arange(len(used))
        blend = csr_array((np.ones(len(used)), (rows, used)), shape=(len(used), vertices))
        return cls(renamed.reshape(-1, 4).astype(np.int32), blend)

    def split(self) -> Patch:
        """Each quad in four."""
        edges = np.stack([self.quads, np.roll(self.quads, -1, axis=1)], axis=-1)
        ends, edge = np.unique(np.sort(edges.reshape(-1, 2), axis=1), axis=0, return_inverse=True)
        points, middles = self.blend.shape[0], len(ends)
        edge = points + edge.reshape(-1, 4)
        centre = points + middles + np.arange(len(self.quads))
        blend = vstack([self.blend, _means(ends, points) @ self.blend, _means(self.quads, points) @ self.blend])
        quads = [np.stack([self.quads[:, k], edge[:, k], centre, edge[:, k - 1]], axis=1) for k in range(4)]
        return Patch(np.concatenate(quads).astype(np.int32), csr_array(blend))


def _means(groups: NDArray[np.integer], points: int) -> csr_array:
    """The matrix that takes the mean of each group of points [G, k]."""
    count = groups.shape[1]
    rows = np.repeat(np.arange(len(groups)), count)
    return csr_array((np.full(groups.size, 1 / count), (rows, groups.ravel())), shape=(len(groups), points))


def smooth(points: Doubles, quads: Indices, rounds: int, share: float = 0.5) -> Doubles:
    """Move points toward the mean of their neighbours, `rounds` times by `share` of the way."""
    edges = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    pairs = np.unique(np.sort(edges, axis=1), axis=0)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    neighbours = csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(len(points), len(points)))
    mean = diags_array(1 / np.maximum(neighbours.sum(axis=1), 1)) @ neighbours
    for _ in range(rounds):
        points = points + share * (mean @ points - points)
    return points


def triangles(quads: Indices) -> Indices:
    """Two triangles a quad, int32 [2 Q, 3]."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def normals_of(points: Doubles, quads: Indices) -> Doubles:
    """Unit normals of the points of a mesh."""
    normals = np.zeros_like(points)
    vertex_normals(np.ascontiguousarray(points), triangles(quads), normals)
    return normals


def strongest_bones(weights: csr_array) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The six strongest bones of each point, and their shares, from weights [N, B]."""
    dense = weights.toarray()
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :BONES_A_POINT]
    shares = np.take_along_axis(dense, bones, axis=1)
    return bones.astype(np.int32), (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Drape:
    """How cloth hangs: the field `inside` and the distance `ease` from the skin in metres, f64 [V] over the template.

    `rounds` of smoothing take away what the body shows; `splits` is how often quads are split.
    """

    inside: Doubles
    ease: Doubles
    rounds: int = 2
    splits: int = 1


REACH = 1.2  # decimetres: quads are kept this far outside, where pixels are cut


def drape(
    material: Material, template: Template, rest: Doubles, quads: Indices, how: Drape, layer: float = 0.0
) -> Part:
    """A part that lies over some quads of a body `rest` f64 [V, 3], never below its skin."""
    kept = quads[(how.inside[quads] > -REACH).any(axis=1)]
    patch = Patch.of(kept, len(rest))
    for _ in range(how.splits):
        patch = patch.split()
    points = _lift(patch, rest, how)
    bones, weights = strongest_bones(patch.blend @ template.weights)
    return Part(
        material=material,
        points=points,
        normals=normals_of(points, patch.quads),
        coords=patch.blend @ template.hanging,
        inside=patch.blend @ how.inside,
        quads=patch.quads,
        bones=bones,
        weights=weights,
        layer=layer,
    )


def _lift(patch: Patch, rest: Doubles, how: Drape) -> Doubles:
    skin = patch.blend @ rest
    cloth = smooth(skin, patch.quads, how.rounds + 1)
    outward = normals_of(cloth, patch.quads)
    sunk = np.minimum(((cloth - skin) * outward).sum(axis=1), 0)
    cloth += outward * (patch.blend @ how.ease - sunk)[:, None]
    return smooth(cloth, patch.quads, 1, 0.4)
