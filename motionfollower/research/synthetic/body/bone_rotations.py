"""Bone rotations from segment rotations: distributed over the spine, with twist in limbs and following clavicles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles, Rig
from motionfollower.research.synthetic.body.hands import Hands
from motionfollower.research.synthetic.motion.rotations import X, axis_rotation, interpolate, shortest_rotation, unit
from motionfollower.research.synthetic.motion.types import ARMS, LEGS, Segment

PELVIS_TO_CHEST = {"spine05": 0.15, "spine04": 0.4, "spine03": 0.65, "spine02": 0.9, "spine01": 1.0, "breast": 0.9}
CHEST_TO_HEAD = {"neck01": 0.35, "neck02": 0.6, "neck03": 0.85}
CLAVICLE_FRACTION = 0.16  # fraction of the arm's swing
UPPER_TWIST = 0.5  # fraction of a limb's twist that its first bone takes


@dataclass(frozen=True)
class RestLimbs:
    """Coordinate frames of the limbs at rest, left then right: `arms` and `legs` f64 [2, 2, 3, 3], upper bone first.

    `knuckles` f64 [2, 3] point from the little finger to the index finger; fingers curl about them.
    """

    arms: Doubles
    legs: Doubles
    knuckles: Doubles


def bone_rotations(rig: Rig, limbs: RestLimbs, segments: Doubles, hands: Hands) -> Doubles:
    """Rotations from rest of all bones, f64 [F, B, 3, 3], for segment rotations f64 [F, 13, 3, 3]."""
    rotations = np.empty((len(segments), len(rig.names), 3, 3))
    named = _trunk_rotations(segments) | _limb_rotations(limbs, segments, hands)
    for bone, name in enumerate(rig.names):
        stem, _, side = name.partition(".")
        parent = rotations[:, rig.parents[bone]]
        if stem.startswith("finger"):
            hand = "LR".index(side)
            rotations[:, bone] = parent @ _finger_rotation(stem, limbs.knuckles[hand], hands.curl[:, hand], hand)
        else:
            rotations[:, bone] = named.get(name, named.get(stem, parent))
    return rotations


def _trunk_rotations(segments: Doubles) -> dict[str, Doubles]:
    """Rotations of pelvis, spine, neck and head; bones without an entry, such as the face, follow their parents."""
    pelvis, chest, head = (segments[:, segment] for segment in (Segment.PELVIS, Segment.CHEST, Segment.HEAD))
    spine = {stem: interpolate(pelvis, chest, np.array(fraction)) for stem, fraction in PELVIS_TO_CHEST.items()}
    neck = {stem: interpolate(chest, head, np.array(fraction)) for stem, fraction in CHEST_TO_HEAD.items()}
    return {"root": pelvis, "pelvis": pelvis, "head": head} | spine | neck


def _limb_rotations(limbs: RestLimbs, segments: Doubles, hands: Hands) -> dict[str, Doubles]:
    rotations: dict[str, Doubles] = {}
    pelvis, chest = segments[:, Segment.PELVIS], segments[:, Segment.CHEST]
    for index, side in enumerate("LR"):
        upper, fore = (segments[:, part] @ limbs.arms[index, bone].T for bone, part in enumerate(ARMS[index]))
        thigh, shin = (segments[:, part] @ limbs.legs[index, bone].T for bone, part in enumerate(LEGS[index][:2]))
        clavicle = _swing(chest, upper, limbs.arms[index, 0], CLAVICLE_FRACTION)
        flexed = fore @ axis_rotation(limbs.arms[index, 1] @ X, hands.flex[:, index])
        rotations |= {
            f"clavicle.{side}": clavicle,
            f"shoulder01.{side}": clavicle,
            f"upperarm01.{side}": _upper_bone(clavicle, upper, limbs.arms[index, 0]),
            f"upperarm02.{side}": upper,
            f"lowerarm01.{side}": fore,
            f"lowerarm02.{side}": fore,
            f"wrist.{side}": flexed,
            f"upperleg01.{side}": _upper_bone(pelvis, thigh, limbs.legs[index, 0]),
            f"upperleg02.{side}": thigh,
            f"lowerleg01.{side}": shin,
            f"lowerleg02.{side}": shin,
            f"foot.{side}": segments[:, LEGS[index][2]],
        }
    return rotations


def _swing(base: Doubles, limb: Doubles, rest: Doubles, fraction: float) -> Doubles:
    """The base rotated by a fraction of the limb's swing relative to it, without the limb's twist."""
    down = -rest[:, 1]
    return shortest_rotation(base @ down, limb @ down, fraction) @ base


def _upper_bone(base: Doubles, limb: Doubles, rest: Doubles) -> Doubles:
    """Rotation of a limb's first bone: the full swing and part of the twist."""
    return interpolate(_swing(base, limb, rest, 1.0), limb, np.array(UPPER_TWIST))


def _finger_rotation(stem: str, knuckles: Doubles, curl: Doubles, hand: int) -> Doubles:
    finger = int(stem[len("finger")])
    fraction = (0.35 if finger == 1 else 1.0) * (1 + 0.12 * (finger - 3))
    return axis_rotation(unit(knuckles), curl * fraction * (-1 if hand else 1))
