"""The assets as read-only arrays. Lengths of the body model are in decimetres; y is up, z to the front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class BaseMesh:
    """The neutral body with its helper geometry, `vertices` f64 [V, 3].

    `quads` are vertex indices int32 [Q, 4] by part ("body", "helper-tights", …), `quad_uvs` the same corners' indices
    into `uvs` f64 [T, 2]; `cubes` are the vertex indices of the small cubes that mark joints.
    """

    vertices: Doubles
    uvs: Doubles
    quads: Mapping[str, Indices]
    quad_uvs: Mapping[str, Indices]
    cubes: Mapping[str, Indices]


@dataclass(frozen=True)
class Rig:
    """Bones, parents before children: `parents` int32 [B], −1 for the root.

    A bone starts at the mean of its `heads` vertices. The skin weights of a vertex are `weights` f32 [V, 6] for the
    bones `bones` int32 [V, 6].
    """

    names: tuple[str, ...]
    parents: Indices
    heads: tuple[Indices, ...]
    bones: Indices
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Sparse:
    """Values at a subset of the vertices: a shape target's offsets [N, 3] or a joint's weights [N]."""

    indices: Indices
    values: Doubles


@dataclass(frozen=True)
class Recording:
    """A recorded motion in DeepMimic's format: `frames` f64 [F, 44] at `fps`; `loops` if its end meets its start."""

    frames: Doubles
    fps: float
    loops: bool


@dataclass(frozen=True, eq=False)
class Assets:
    """All assets; `keypoints` define COCO's joints as weighted means of vertices. Compared and hashed by identity."""

    mesh: BaseMesh
    rig: Rig
    targets: Mapping[str, Sparse]
    keypoints: Mapping[str, Sparse]
    textures: Mapping[str, NDArray[np.uint8]]
    recordings: Mapping[str, Recording]
