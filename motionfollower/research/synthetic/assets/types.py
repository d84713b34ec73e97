"""The packed assets, as read-only arrays. Lengths of the body model are in decimetres; y is up, z to the front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class BaseMesh:
    """The neutral body, f64 [V, 3], with everything that is shaped along with it.

    `quads` are corners int32 [Q, 4] by part ("body", "helper-tights", …), `quad_uvs` the same corners' indices into
    `uvs` f64 [T, 2]; `cubes` the vertices of the small cubes that mark joints.
    """

    vertices: Doubles
    uvs: Doubles
    quads: Mapping[str, Indices]
    quad_uvs: Mapping[str, Indices]
    cubes: Mapping[str, Indices]


@dataclass(frozen=True)
class Rig:
    """Bones, parents before children: `parents` int32 [B], −1 for the root.

    `heads` are the vertices whose mean is where a bone begins; each vertex hangs on the bones `bones` int32 [V, 6]
    by the shares `weights` f32 [V, 6].
    """

    names: tuple[str, ...]
    parents: Indices
    heads: tuple[Indices, ...]
    bones: Indices
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Sparse:
    """Values for some of the vertices only: a shape target's offsets [N, 3] or a joint's weights [N]."""

    indices: Indices
    values: Doubles


@dataclass(frozen=True)
class Recording:
    """A recorded motion in DeepMimic's format: `frames` f64 [F, 44] at `fps`; `loops` where its end meets its start."""

    frames: Doubles
    fps: float
    loops: bool


@dataclass(frozen=True, eq=False)
class Assets:
    """Everything; `keypoints` give COCO's joints by name as weighted means of vertices. Equal to itself alone."""

    mesh: BaseMesh
    rig: Rig
    targets: Mapping[str, Sparse]
    keypoints: Mapping[str, Sparse]
    textures: Mapping[str, NDArray[np.uint8]]
    recordings: Mapping[str, Recording]
