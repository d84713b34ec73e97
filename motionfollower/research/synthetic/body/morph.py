"""The shape of one person: the base mesh moved by weighted shape targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from motionfollower.research.synthetic.assets.types import Assets, Doubles

METRES = 0.1  # of a unit of the base mesh
ANCESTRIES = ("caucasian", "african", "asian")  # as the targets are named


@dataclass(frozen=True)
class Build:
    """A person's shape; each number in [0, 1] with the usual in the middle, but age in [0.5 young, 1 old].

    `ancestry` are three shares that sum to 1; `details` and `expression` are weights of single targets by name.
    """

    gender: float = 0.5
    age: float = 0.5
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.6
    ancestry: tuple[float, float, float] = (1.0, 0.0, 0.0)
    details: tuple[tuple[str, float], ...] = ()
    expression: tuple[tuple[str, float], ...] = ()


def shape_body(assets: Assets, build: Build) -> Doubles:
    """The rest pose of that person, f64 [V, 3] in metres."""
    vertices = assets.mesh.vertices.copy()
    for name, weight in _targets(build):
        target = assets.targets.get(name)
        if target is not None and weight > 1e-4:
            vertices[target.indices] += weight * target.values
    return METRES * vertices


def _targets(build: Build) -> Iterator[tuple[str, float]]:
    """Names and weights of all targets; combinations that have no target of their own are average ones."""
    genders = {"female": 1 - build.gender, "male": build.gender}
    old = max(0.0, 2 * build.age - 1)
    for (gender, by_gender), (age, by_age) in product(genders.items(), {"young": 1 - old, "old": old}.items()):
        share = by_gender * by_age
        for ancestry, by_ancestry in zip(ANCESTRIES, build.ancestry, strict=True):
            yield f"{ancestry}-{gender}-{age}", share * by_ancestry
        yield from _by_build(f"{gender}-{age}", share, build)
    yield from build.details
    yield from ((f"fu/{name}", weight) for name, weight in build.expression)


def _by_build(who: str, share: float, build: Build) -> Iterator[tuple[str, float]]:
    muscles, weights = _three("muscle", build.muscle), _three("weight", build.weight)
    for (muscle, by_muscle), (weight, by_weight) in product(muscles.items(), weights.items()):
        name, here = f"{who}-{muscle}-{weight}", share * by_muscle * by_weight
        yield f"universal-{name}", here
        for height, by_height in _three("height", build.height).items():
            yield f"height/{name}-{height}", here * by_height
        yield f"proportions/{name}-uncommonproportions", here * max(0.0, 1 - 2 * build.proportions)
        yield f"proportions/{name}-idealproportions", here * max(0.0, 2 * build.proportions - 1)


def _three(name: str, value: float) -> dict[str, float]:
    """The shares of least, average and most."""
    low, high = max(0.0, 1 - 2 * value), max(0.0, 2 * value - 1)
    return {f"min{name}": low, f"average{name}": 1 - low - high, f"max{name}": high}


def mean_of(vertices: Doubles, indices: np.ndarray) -> Doubles:
    """The middle of some vertices, f64 [3]."""
    return np.asarray(vertices[indices].mean(axis=0))
