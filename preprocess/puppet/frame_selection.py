"""Which source frame each limb of the puppet is taken from: the one whose own limb is posed most alike."""

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

SWITCH = 0.02  # what another picture of a limb must gain, in squared torso lengths, for it is seen to jump
FAULT = 0.2  # what an arm that isn't shown at all costs; one that is hidden by half costs half of it
TURN = 0.25  # the share that remains of differences which a turn explains: turned pictures are as good, but for light
UNSEEN = 1.0  # the distance of a joint that the source frame does not show


@dataclass(frozen=True)
class Limb:
    """Parts that are taken from one source frame, back to front, and the joints that pose them, the root first.

    `span` is the limb's size in torso lengths, by which differences are judged: a nose that moves by a thumb's
    width is another face, a wrist that does is the same arm.
    """

    parts: tuple[PartName, ...]
    joints: tuple[int, ...]
    span: float = 1.0


FACE_JOINTS = (NOSE, NECK, R_EYE, L_EYE, R_EAR, L_EAR)  # between the ears or beyond, the nose says which way they look

# As they are painted, back to front.
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

    `faults` f32 [S] say how badly the source frames show the limb, 0 well to 1 not at all; `unit` is the source's
    torso length in pixels, `ratio` how much larger the aligned person is.
    """
    places, seen = _relative_joints(limb, source, unit * limb.span)
    wanted, known = _relative_joints(limb, aligned, unit * ratio * limb.span)
    unseen = UNSEEN * (known[:, None] & ~seen[None]).sum(axis=-1)
    distances = _differences(wanted[:, None], places[None], known[:, None] & seen[None]) + unseen
    fault = FAULT / limb.span**2  # in the scale of the differences
    return cheapest_path(distances / len(limb.joints) + fault * faults, SWITCH)


def _differences(wanted: Floats, places: Floats, compared: Bools) -> Floats:
    """Squared distances f32 [F, S] summed over the compared joints, most of what a turn about the root takes away.

    The best turn takes the sum to |a|² + |b|² − 2 |Σ āb|, with joints as complex numbers; no turn leaves the real part.
    """
    a, b = (np.where(compared, joints[..., 0] + 1j * joints[..., 1], 0) for joints in (wanted, places))
    likeness = (a.conj() * b).sum(axis=-1)
    squares = (np.abs(a) ** 2 + np.abs(b) ** 2).sum(axis=-1)
    return np.asarray(squares - 2 * (TURN * likeness.real + (1 - TURN) * np.abs(likeness)), np.float32)


def _relative_joints(limb: Limb, poses: list[Pose], unit: float) -> tuple[Floats, Bools]:
    """A limb's joints relative to its root, f32 [F, J, 2] in units, and which are trusted, bool [F, J]."""
    joints = np.stack([pose.joints[list(limb.joints)] for pose in poses])
    trusted = np.stack([pose.trusted[list(limb.joints)] for pose in poses])
    return (joints - joints[:, :1]) / np.float32(unit), trusted & trusted[:, :1]


def cheapest_path(costs: Floats, switch: float) -> list[int]:
    """The column for each row of `costs` [F, S] with the least sum (Viterbi 1967).

    To stay with a column or to go on to the next is free, as in the clip that they come from; to jump costs `switch`.
    """
    total, origins = costs[0], []
    columns = np.arange(costs.shape[1])
    for row in costs[1:]:
        advanced = np.concatenate([[np.inf], total[:-1]])
        jumped = np.full_like(total, total.min() + switch)
        ways = np.stack([advanced, total, jumped])
        best = ways.argmin(axis=0)
        origins.append(np.choose(best, [columns - 1, columns, total.argmin()]))
        total = row + ways.min(axis=0)
    path = [int(total.argmin())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]
