"""How each bone turns with the segments of a motion: spines bend, forearms twist, shoulders follow the arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.research.synthetic.assets.types import Doubles, Rig
from motionfollower.research.synthetic.body.hands import Hands
from motionfollower.research.synthetic.motion.rotations import X, about, interpolate, shortest_turn, unit
from motionfollower.research.synthetic.motion.types import ARMS, LEGS, Segment

PELVIS_TO_CHEST = {"spine05": 0.15, "spine04": 0.4, "spine03": 0.65, "spine02": 0.9, "spine01": 1.0, "breast": 0.9}
CHEST_TO_HEAD = {"neck01": 0.35, "neck02": 0.6, "neck03": 0.85}
SHOULDER_FOLLOWS = 0.16  # share of the arm's swing
TWIST_AT_THE_TOP = 0.5  # share of a limb's twist that its first bone has


@dataclass(frozen=True)
class RestLimbs:
    """Frames of the limbs at rest, left then right: `arms` and `legs` f64 [2, 2, 3, 3], upper then lower bone.

    `knuckles` f64 [2, 3] go from the little finger to the first: fingers curl about them.
    """

    arms: Doubles
    legs: Doubles
    knuckles: Doubles


def turn_bones(rig: Rig, limbs: RestLimbs, segments: Doubles, hands: Hands) -> Doubles:
    """Turns from rest of all bones, f64 [F, B, 3, 3], for segments f64 [F, 13, 3, 3]."""
    turns = np.empty((len(segments), len(rig.names), 3, 3))
    fixed = _trunk(segments) | _limb_turns(limbs, segments, hands)
    for bone, name in enumerate(rig.names):
        stem, _, side = name.partition(".")
        parent = turns[:, rig.parents[bone]]
        if stem.startswith("finger"):
            hand = "LR".index(side)
            turns[:, bone] = parent @ _curl(stem, limbs.knuckles[hand], hands.curl[:, hand], hand)
        else:
            turns[:, bone] = fixed.get(name, fixed.get(stem, parent))
    return turns


def _trunk(segments: Doubles) -> dict[str, Doubles]:
    """Pelvis to head; what hangs on these and isn't named, such as the face, turns with its parent."""
    pelvis, chest, head = (segments[:, segment] for segment in (Segment.PELVIS, Segment.CHEST, Segment.HEAD))
    spine = {stem: interpolate(pelvis, chest, np.array(share)) for stem, share in PELVIS_TO_CHEST.items()}
    neck = {stem: interpolate(chest, head, np.array(share)) for stem, share in CHEST_TO_HEAD.items()}
    return {"root": pelvis, "pelvis": pelvis, "head": head} | spine | neck


def _limb_turns(limbs: RestLimbs, segments: Doubles, hands: Hands) -> dict[str, Doubles]:
    turns: dict[str, Doubles] = {}
    pelvis, chest = segments[:, Segment.PELVIS], segments[:, Segment.CHEST]
    for index, side in enumerate("LR"):
        upper, fore = (segments[:, part] @ limbs.arms[index, bone].T for bone, part in enumerate(ARMS[index]))
        thigh, shin = (segments[:, part] @ limbs.legs[index, bone].T for bone, part in enumerate(LEGS[index][:2]))
        clavicle = _swing(chest, upper, limbs.arms[index, 0], SHOULDER_FOLLOWS)
        flexed = fore @ about(limbs.arms[index, 1] @ X, hands.flex[:, index])
        turns |= {
            f"clavicle.{side}": clavicle,
            f"shoulder01.{side}": clavicle,
            f"upperarm01.{side}": _top(clavicle, upper, limbs.arms[index, 0]),
            f"upperarm02.{side}": upper,
            f"lowerarm01.{side}": fore,
            f"lowerarm02.{side}": fore,
            f"wrist.{side}": flexed,
            f"upperleg01.{side}": _top(pelvis, thigh, limbs.legs[index, 0]),
            f"upperleg02.{side}": thigh,
            f"lowerleg01.{side}": shin,
            f"lowerleg02.{side}": shin,
            f"foot.{side}": segments[:, LEGS[index][2]],
        }
    return turns


def _swing(base: Doubles, limb: Doubles, rest: Doubles, share: float) -> Doubles:
    """The base turned by a share of the limb's swing from it, without the limb's twist."""
    down = -rest[:, 1]
    return shortest_turn(base @ down, limb @ down, share) @ base


def _top(base: Doubles, limb: Doubles, rest: Doubles) -> Doubles:
    """The first bone of a limb, which has all of its swing and some of its twist."""
    return interpolate(_swing(base, limb, rest, 1.0), limb, np.array(TWIST_AT_THE_TOP))


def _curl(stem: str, knuckles: Doubles, curl: Doubles, hand: int) -> Doubles:
    finger = int(stem[len("finger")])
    share = (0.35 if finger == 1 else 1.0) * (1 + 0.12 * (finger - 3))
    return about(unit(knuckles), curl * share * (-1 if hand else 1))
