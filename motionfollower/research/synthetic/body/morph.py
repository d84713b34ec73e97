"""The shape of one person: the base mesh morphed by weighted shape targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from motionfollower.research.synthetic.assets.types import Assets, Doubles

METRES = 0.1  # metres per unit of the base mesh
ANCESTRIES = ("caucasian", "african", "asian")  # names used by the targets


@dataclass(frozen=True)
class Build:
    """A person's shape; each number is in [0, 1] with the average at 0.5, `age` from 0.5 (young) to 1 (old).

    `ancestry` are three weights that sum to 1; `details` and `expression` are weights of single targets by name.
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
    """The vertices of a build in rest pose, f64 [V, 3] in metres."""
    vertices = assets.mesh.vertices.copy()
    for name, weight in _targets(build):
        target = assets.targets.get(name)
        if target is not None and weight > 1e-4:
            vertices[target.indices] += weight * target.values
    return METRES * vertices


def _targets(build: Build) -> Iterator[tuple[str, float]]:
    """Names and weights of all targets; a combination without a target is the average shape."""
    genders = {"female": 1 - build.gender, "male": build.gender}
    old = max(0.0, 2 * build.age - 1)
    for (gender, gender_factor), (age, age_factor) in product(genders.items(), {"young": 1 - old, "old": old}.items()):
        group_weight = gender_factor * age_factor
        for ancestry, ancestry_factor in zip(ANCESTRIES, build.ancestry, strict=True):
            yield f"{ancestry}-{gender}-{age}", group_weight * ancestry_factor
        yield from _build_targets(f"{gender}-{age}", group_weight, build)
    yield from build.details
    yield from ((f"fu/{name}", weight) for name, weight in build.expression)


def _build_targets(prefix: str, prefix_weight: float, build: Build) -> Iterator[tuple[str, float]]:
    muscles, weights = _level_weights("muscle", build.muscle), _level_weights("weight", build.weight)
    for (muscle, muscle_factor), (weight, weight_factor) in product(muscles.items(), weights.items()):
        name, name_weight = f"{prefix}-{muscle}-{weight}", prefix_weight * muscle_factor * weight_factor
        yield f"universal-{name}", name_weight
        for height, height_factor in _level_weights("height", build.height).items():
            yield f"height/{name}-{height}", name_weight * height_factor
        yield f"proportions/{name}-uncommonproportions", name_weight * max(0.0, 1 - 2 * build.proportions)
        yield f"proportions/{name}-idealproportions", name_weight * max(0.0, 2 * build.proportions - 1)


def _level_weights(name: str, value: float) -> dict[str, float]:
    """Weights of the targets for minimum, average and maximum."""
    low, high = max(0.0, 1 - 2 * value), max(0.0, 2 * value - 1)
    return {f"min{name}": low, f"average{name}": 1 - low - high, f"max{name}": high}


def mean_of(vertices: Doubles, indices: np.ndarray) -> Doubles:
    """The mean of some vertices, f64 [3]."""
    return np.asarray(vertices[indices].mean(axis=0))
