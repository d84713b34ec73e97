"""What may go wrong with an edit, frame by frame, found out before any of its time is spent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from motionfollower.core.types import EditInputs, Prepared
from preprocess.background.camera_travel import camera_travel
from preprocess.pose.skeleton import L_ANKLE, L_WRIST, R_ANKLE, R_WRIST, SEEN
from preprocess.types import Bools, Clip, MaskSequence, PoseSequence

Level = Literal["red", "amber"]

ENDS = [R_WRIST, L_WRIST, R_ANKLE, L_ANKLE]
SWOLLEN = 1.8
"""A mask this many times larger or smaller than the clip's median is likely flipped or lost."""

CUT = 60.0
"""Grey levels of mean change between neighbouring frames that no motion makes."""


@dataclass(frozen=True)
class CheckResult:
    """Something doubtful in some frames, bool [F], and what to do about it; a red one spoils its frames."""

    level: Level
    what: str
    frames: Bools
    advice: str


def check_inputs(prepared: Prepared) -> tuple[CheckResult, ...]:
    """All findings, the red ones first; none where every frame is fine."""
    found = [finding for finding in _look(prepared) if finding.frames.any()]
    return tuple(sorted(found, key=lambda finding: finding.level != "red"))


def worst_level(findings: tuple[CheckResult, ...], frames: int) -> list[Level | Literal["green"]]:
    """The worst that is said of each frame."""
    levels: list[Level | Literal["green"]] = ["green"] * frames
    for finding in reversed(findings):  # red comes last and stays
        for index in np.flatnonzero(finding.frames):
            levels[index] = finding.level
    return levels


def _look(prepared: Prepared) -> Iterator[CheckResult]:
    inputs = prepared.inputs
    yield from _look_at("source", inputs.source, inputs.source_poses, inputs.source_masks)
    yield from _look_at("target", prepared.target, prepared.target_poses, prepared.target_own_masks)
    for role in prepared.crowded:
        everywhere = np.ones(len(inputs.source), bool)
        yield CheckResult(
            "amber", f"another person is in the {role}", everywhere, "See that the right one is followed."
        )
    outside = np.zeros(len(inputs.source), bool)
    outside[cast(list[int], prepared.alignment["frames_with_joints_outside"])] = True
    yield CheckResult("amber", "the dance leaves the picture", outside, "Make the person smaller, or move them.")


def _look_at(role: str, clip: Clip, poses: PoseSequence, masks: MaskSequence) -> Iterator[CheckResult]:
    seen = poses.body_scores > SEEN
    is_lost = np.asarray(~seen.any(axis=1))
    areas = masks.masks.sum(axis=(1, 2))
    usual = np.median(areas[areas > 0]) if areas.any() else 1
    is_odd = np.asarray((areas > 0) & ((areas > SWOLLEN * usual) | (areas * SWOLLEN < usual)))
    limbs = seen[:, ENDS]
    lost_limb = np.asarray(~is_lost & ~limbs.all(axis=1) & limbs.any(axis=0).all())
    yield CheckResult("red", f"no person in the {role}", is_lost, "Cut these frames, or take another clip.")
    yield CheckResult("red", f"the {role} mask is empty", areas == 0, "Click the person in “Fix the mask”.")
    yield CheckResult("red", f"a cut in the {role}", _cuts(clip), "Give each shot by itself.")
    yield CheckResult(
        "amber", f"the {role} mask is unusually large or small", is_odd, "Look at it; click what is wrong."
    )
    yield CheckResult(
        "amber", f"a hand or a foot of the {role} is not seen", lost_limb, "Check that the limb is in view."
    )


def _cuts(clip: Clip) -> Bools:
    """The frames that have nothing to do with the one before."""
    small = clip.frames[:, ::8, ::8].astype(np.float32)
    change = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2, 3))
    return np.concatenate([[False], change > CUT])


CAMERA_TRAVEL = 40.0
"""Pixels, of 512: of the released examples, those made in camera mode travel farther, the others less."""


@dataclass(frozen=True)
class CameraModeProposal:
    """The measured `travel` of the source's camera, in pixels of a picture of 512, and what follows from it."""

    travel: float

    @property
    def is_on(self) -> bool:
        """Whether camera mode is proposed."""
        return self.travel > CAMERA_TRAVEL

    def __str__(self) -> str:
        state = "on" if self.is_on else "off"
        return f"The camera travels {self.travel:.0f} px of 512; beyond {CAMERA_TRAVEL:.0f} camera mode helps: {state}."


def propose_camera_mode(inputs: EditInputs) -> CameraModeProposal:
    """Measure how far the background travels in the source."""
    return CameraModeProposal(camera_travel(inputs.source, inputs.source_masks))
