"""How one person's build differs from another's: the length of each part of the body, from all frames of a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preprocess.align.person import believed
from preprocess.skeleton import (
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    NECK,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
)
from preprocess.types import Floats, PoseSequence

EXTENDED = 90  # percentile over the frames: parts only look shorter than they are, never longer
FEWEST = 3  # lengths that a measure needs
FARTHEST = 2.0  # a part this much longer or shorter than the body's scale is a wrong joint


@dataclass(frozen=True)
class Proportions:
    """Factors, one a part of the body, that turn one person's build into another's of the same stature."""

    torso: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    forearms: float = 1.0
    thighs: float = 1.0


CERTAINTY = Proportions(torso=0.4, shoulders=0.7, hips=0.4, forearms=0.3, thighs=0.3)
"""The share of a measured difference in build that is one; the rest is foreshortening and the estimator's errors.

Heads, upper arms and shins aren't here: what clips show of their lengths says nothing about a build (decision 16).
"""

_SIDES = {
    "shoulders": ((R_SHOULDER, L_SHOULDER),),
    "hips": ((R_HIP, L_HIP),),
    "forearms": ((R_ELBOW, R_WRIST), (L_ELBOW, L_WRIST)),
    "thighs": ((R_HIP, R_KNEE), (L_HIP, L_KNEE)),
}


def compare_builds(source: PoseSequence, moved: PoseSequence) -> Proportions:
    """The source's build against that of the target, `moved` to the source's size; 1 where too few frames show it."""
    wanted, given = _lengths(source), _lengths(moved)
    return Proportions(**{part: _factor(wanted[part] / given[part], getattr(CERTAINTY, part)) for part in wanted})


def _factor(ratio: float, certainty: float) -> float:
    return ratio**certainty if 1 / FARTHEST <= ratio <= FARTHEST else 1.0


def _lengths(poses: PoseSequence) -> dict[str, float]:
    """The length of each part in pixels, NaN where too few frames show it; both sides of the body have one length."""
    lengths = {part: _length(np.stack([_between(poses, *ends) for ends in sides])) for part, sides in _SIDES.items()}
    hips = believed(poses, R_HIP, L_HIP).mean(axis=1)
    return lengths | {"torso": _length(np.linalg.norm(believed(poses, NECK)[:, 0] - hips, axis=-1))}


def _between(poses: PoseSequence, start: int, end: int) -> Floats:
    bones: Floats = believed(poses, end)[:, 0] - believed(poses, start)[:, 0]
    return np.asarray(np.linalg.norm(bones, axis=-1))


def _length(lengths: Floats) -> float:
    """The longest but for a tenth, which a wrong joint may have made too long."""
    known = lengths[~np.isnan(lengths)]
    return float(np.percentile(known, EXTENDED, method="lower")) if len(known) >= FEWEST else float("nan")
