"""Select the source frame from which each limb of the puppet is taken: the one with the most similar limb pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preprocess.pose.skeleton import (
    L_ANKLE,
    L_EAR,
    L_ELBOW,
    L_EYE,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    NECK,
    NOSE,
    R_ANKLE,
    R_EAR,
    R_ELBOW,
    R_EYE,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
)
from preprocess.puppet.parts import TORSO_JOINTS, PartName, Pose
from preprocess.types import Bools, Floats

SWITCH_COST = 0.02  # of a jump to another source frame, in squared torso lengths: jumps are visible
FAULT_COST = 0.2  # of a limb that is fully hidden; proportional to the hidden fraction
ROTATION_WEIGHT = 0.25  # of pose differences that a rotation explains: rotated limbs differ in lighting only
MISSING_DISTANCE = 1.0  # of a joint that the source frame does not show


@dataclass(frozen=True)
class Limb:
    """Parts that are taken from the same source frame, back to front, and the joints of their pose, the root first.

    `span` is the limb's size in torso lengths, by which pose differences are normalised: an offset that is negligible
    for a wrist changes the view of a face.
    """

    parts: tuple[PartName, ...]
    joints: tuple[int, ...]
    span: float = 1.0


# The nose's position between the ears gives the viewing direction.
FACE_JOINTS = (NOSE, NECK, R_EYE, L_EYE, R_EAR, L_EAR)

# In painting order, back to front.
LIMBS = (
    Limb((PartName.R_SHIN, PartName.R_THIGH), (R_HIP, R_KNEE, R_ANKLE)),
    Limb((PartName.L_SHIN, PartName.L_THIGH), (L_HIP, L_KNEE, L_ANKLE)),
    Limb((PartName.TORSO,), TORSO_JOINTS),
    Limb((PartName.HEAD,), FACE_JOINTS, span=0.35),
    Limb((PartName.R_UPPER_ARM, PartName.R_FOREARM), (R_SHOULDER, R_ELBOW, R_WRIST)),
    Limb((PartName.L_UPPER_ARM, PartName.L_FOREARM), (L_SHOULDER, L_ELBOW, L_WRIST)),
)


def select_frames(
    limb: Limb, source: list[Pose], faults: Floats, aligned: list[Pose], unit: float, ratio: float
) -> list[int]:
    """For each aligned pose the index of the source pose that a limb is taken from.

    `faults` f32 [S] are the fractions of the limb that the source frames hide; `unit` is the source's torso length
    in pixels, `ratio` the size of the aligned person relative to the source.
    """
    joints, visible = _relative_joints(limb, source, unit * limb.span)
    target, known = _relative_joints(limb, aligned, unit * ratio * limb.span)
    missing = MISSING_DISTANCE * (known[:, None] & ~visible[None]).sum(axis=-1)
    distances = _differences(target[:, None], joints[None], known[:, None] & visible[None]) + missing
    fault = FAULT_COST / limb.span**2  # in the scale of the differences
    return cheapest_path(distances / len(limb.joints) + fault * faults, SWITCH_COST)


def _differences(target: Floats, source: Floats, compared: Bools) -> Floats:
    """Squared distances f32 [F, S] summed over the compared joints, discounting a rotation about the root.

    With joints as complex numbers, the optimal rotation reduces the sum to |a|² + |b|² − 2 |Σ āb|; without rotation it
    is |a|² + |b|² − 2 Re Σ āb.
    """
    a, b = (np.where(compared, joints[..., 0] + 1j * joints[..., 1], 0) for joints in (target, source))
    product = (a.conj() * b).sum(axis=-1)
    squares = (np.abs(a) ** 2 + np.abs(b) ** 2).sum(axis=-1)
    return np.asarray(
        squares - 2 * (ROTATION_WEIGHT * product.real + (1 - ROTATION_WEIGHT) * np.abs(product)), np.float32
    )


def _relative_joints(limb: Limb, poses: list[Pose], unit: float) -> tuple[Floats, Bools]:
    """A limb's joints relative to its root, f32 [F, J, 2] in units, and which are trusted, bool [F, J]."""
    joints = np.stack([pose.joints[list(limb.joints)] for pose in poses])
    trusted = np.stack([pose.trusted[list(limb.joints)] for pose in poses])
    return (joints - joints[:, :1]) / np.float32(unit), trusted & trusted[:, :1]


def cheapest_path(costs: Floats, switch: float) -> list[int]:
    """The column for each row of `costs` [F, S] on the cheapest path (Viterbi 1967).

    Staying in a column or advancing to the next one is free, as in the source clip; any other jump costs `switch`.
    """
    total, origins = costs[0], []
    columns = np.arange(costs.shape[1])
    for row in costs[1:]:
        advanced = np.concatenate([[np.inf], total[:-1]])
        jumped = np.full_like(total, total.min() + switch)
        options = np.stack([advanced, total, jumped])
        best = options.argmin(axis=0)
        origins.append(np.choose(best, [columns - 1, columns, total.argmin()]))
        total = row + options.min(axis=0)
    path = [int(total.argmin())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]
