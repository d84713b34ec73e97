"""Fields over the base mesh that hold for every body: body parts, and coordinates for clothes."""

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
    """Fields over the base mesh, f64 [V] each unless stated otherwise; lengths are in its decimetres.

    `points` [V, 3] are the vertices. `arm`, `foot` and `head` are the skin weights of those body parts; `feet` are the
    indices of the left and the right foot's vertices. `along_arm` is 0 at the shoulder, 1 at the elbow, 2 at the
    wrist. `lowered_arms` [V, 3] are the vertices with lowered arms, so that stripes run around sleeves. `weights` is
    the sparse matrix [V, B] of skin weights.
    """

    points: Doubles
    arm: Doubles
    foot: Doubles
    head: Doubles
    feet: tuple[NDArray[np.int64], NDArray[np.int64]]
    along_arm: Doubles
    lowered_arms: Doubles
    weights: csr_array


@cache
def make_template(assets: Assets) -> Template:
    """Compute the fields of the base mesh."""
    rig, points = assets.rig, assets.mesh.vertices
    vertices = np.repeat(np.arange(len(points)), rig.bones.shape[1])
    weights = csr_array(
        (rig.weights.ravel(), (vertices, rig.bones.ravel())), shape=(len(points), len(rig.names)), dtype=np.float64
    )
    part_weights = {part: weights @ _name_mask(rig.names, stems) for part, stems in BONES_OF.items()}
    is_foot = np.isin(np.arange(len(points)), assets.mesh.quads["body"]) & (part_weights["foot"] > 0.5)
    joints = {name: mean_of(points, rig.heads[index]) for index, name in enumerate(rig.names)}
    return Template(
        points=points,
        arm=part_weights["arm"],
        foot=part_weights["foot"],
        head=weights @ _subtree_mask(assets, "head"),
        feet=(np.flatnonzero(is_foot & (points[:, 0] > 0)), np.flatnonzero(is_foot & (points[:, 0] < 0))),
        along_arm=_along_arm(points, joints),
        lowered_arms=_lower_arms(points, part_weights["arm"], joints),
        weights=weights,
    )


def _name_mask(names: tuple[str, ...], stems: tuple[str, ...]) -> Doubles:
    return np.array([name.startswith(stems) for name in names], np.float64)


def _subtree_mask(assets: Assets, top: str) -> Doubles:
    """1 for a bone and its descendants, else 0; f64 [B]."""
    names, parents = assets.rig.names, assets.rig.parents
    mask = np.zeros(len(names))
    for bone, name in enumerate(names):
        mask[bone] = name == top or (parents[bone] >= 0 and mask[parents[bone]])
    return mask


def _along_arm(points: Doubles, joints: dict[str, Doubles]) -> Doubles:
    along = np.empty(len(points))
    for side, sign in (("L", 1), ("R", -1)):
        shoulder, elbow, wrist = (joints[f"{name}.{side}"] for name in ("upperarm01", "lowerarm01", "wrist"))
        upper, upper_distance = _project(points, shoulder, elbow)
        fore, fore_distance = _project(points, elbow, wrist)
        on_side = sign * points[:, 0] > 0
        is_upper = upper_distance < fore_distance
        along[on_side] = np.where(is_upper, np.minimum(upper, 1), 1 + np.maximum(fore, 0))[on_side]
    return along


def _project(points: Doubles, start: Doubles, end: Doubles) -> tuple[Doubles, Doubles]:
    """The parameter of each point along a bone (0 start, 1 end) and its distance from the bone."""
    axis = end - start
    along = (points - start) @ axis / (axis @ axis)
    nearest = start + np.clip(along, 0, 1)[:, None] * axis
    return along, np.linalg.norm(points - nearest, axis=1)


def _lower_arms(points: Doubles, arm: Doubles, joints: dict[str, Doubles]) -> Doubles:
    lowered_arms = points.copy()
    for side, sign in (("L", 1), ("R", -1)):
        shoulder, elbow = joints[f"upperarm01.{side}"], joints[f"lowerarm01.{side}"]
        angle_raised = np.arctan2(sign * (elbow - shoulder)[0], (shoulder - elbow)[1])
        on_side = (sign * points[:, 0] > 0) & (arm > 0)
        angle = -sign * angle_raised * np.clip(arm[on_side], 0, 1)
        x, y = (points[on_side] - shoulder)[:, :2].T
        lowered_arms[on_side, 0] = shoulder[0] + x * np.cos(angle) - y * np.sin(angle)
        lowered_arms[on_side, 1] = shoulder[1] + x * np.sin(angle) + y * np.cos(angle)
    return lowered_arms
