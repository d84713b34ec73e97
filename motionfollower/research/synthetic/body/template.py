"""What the base mesh's vertices mean, whoever's body it becomes: parts of the body, and coordinates for clothes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.morph import mean_of

BONES_OF = {"arm": ("upperarm", "lowerarm", "wrist", "metacarpal", "finger"), "foot": ("foot", "toe")}


@dataclass(frozen=True, eq=False)
class Template:
    """Fields over the base mesh in its own decimetres, f64 [V] each unless said otherwise.

    `arm`, `foot`, `head` are shares of the vertex that hang on such bones; `feet` the left foot's vertices and the
    right's. `along_arm` is 0 at the shoulder,
    1 at the elbow, 2 at the wrist. `hanging` [V, 3] are places with the arms let down, so that stripes go around
    sleeves; `weights` is the sparse matrix [V, B] of skin weights.
    """

    points: Doubles
    arm: Doubles
    foot: Doubles
    head: Doubles
    feet: tuple[NDArray[np.int64], NDArray[np.int64]]
    along_arm: Doubles
    hanging: Doubles
    weights: csr_array


@cache
def read_template(assets: Assets) -> Template:
    """The fields of the base mesh."""
    rig, points = assets.rig, assets.mesh.vertices
    vertices = np.repeat(np.arange(len(points)), rig.bones.shape[1])
    weights = csr_array(
        (rig.weights.ravel(), (vertices, rig.bones.ravel())), shape=(len(points), len(rig.names)), dtype=np.float64
    )
    shares = {part: weights @ _hangs_on(rig.names, stems) for part, stems in BONES_OF.items()}
    is_foot = np.isin(np.arange(len(points)), assets.mesh.quads["body"]) & (shares["foot"] > 0.5)
    places = {name: mean_of(points, rig.heads[index]) for index, name in enumerate(rig.names)}
    return Template(
        points=points,
        arm=shares["arm"],
        foot=shares["foot"],
        head=weights @ _below(assets, "head"),
        feet=(np.flatnonzero(is_foot & (points[:, 0] > 0)), np.flatnonzero(is_foot & (points[:, 0] < 0))),
        along_arm=_along_arm(points, places),
        hanging=_hang_arms(points, shares["arm"], places),
        weights=weights,
    )


def _hangs_on(names: tuple[str, ...], stems: tuple[str, ...]) -> Doubles:
    return np.array([name.startswith(stems) for name in names], np.float64)


def _below(assets: Assets, top: str) -> Doubles:
    """1 for a bone and all that hangs on it."""
    names, parents = assets.rig.names, assets.rig.parents
    below = np.zeros(len(names))
    for bone, name in enumerate(names):
        below[bone] = name == top or (parents[bone] >= 0 and below[parents[bone]])
    return below


def _along_arm(points: Doubles, places: dict[str, Doubles]) -> Doubles:
    along = np.empty(len(points))
    for side, sign in (("L", 1), ("R", -1)):
        shoulder, elbow, wrist = (places[f"{name}.{side}"] for name in ("upperarm01", "lowerarm01", "wrist"))
        upper, near_upper = _project(points, shoulder, elbow)
        fore, near_fore = _project(points, elbow, wrist)
        here = sign * points[:, 0] > 0
        along[here] = np.where(near_upper < near_fore, np.minimum(upper, 1), 1 + np.maximum(fore, 0))[here]
    return along


def _project(points: Doubles, start: Doubles, end: Doubles) -> tuple[Doubles, Doubles]:
    """Where along a bone each point is, 0 to 1 and beyond, and how far from the bone."""
    way = end - start
    along = (points - start) @ way / (way @ way)
    nearest = start + np.clip(along, 0, 1)[:, None] * way
    return along, np.linalg.norm(points - nearest, axis=1)


def _hang_arms(points: Doubles, arm: Doubles, places: dict[str, Doubles]) -> Doubles:
    hanging = points.copy()
    for side, sign in (("L", 1), ("R", -1)):
        shoulder, elbow = places[f"upperarm01.{side}"], places[f"lowerarm01.{side}"]
        lifted = np.arctan2(sign * (elbow - shoulder)[0], (shoulder - elbow)[1])
        here = (sign * points[:, 0] > 0) & (arm > 0)
        angle = -sign * lifted * np.clip(arm[here], 0, 1)
        x, y = (points[here] - shoulder)[:, :2].T
        hanging[here, 0] = shoulder[0] + x * np.cos(angle) - y * np.sin(angle)
        hanging[here, 1] = shoulder[1] + x * np.sin(angle) + y * np.cos(angle)
    return hanging
