"""Checks before an edit: what is doubtful in which frames, and whether camera mode is worth its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from motionfollower.core.types import EditInputs, Prepared
from preprocess.background.camera_travel import camera_travel
from preprocess.pose.skeleton import L_ANKLE, L_WRIST, R_ANKLE, R_WRIST, VISIBLE
from preprocess.types import Bools, Clip, MaskSequence, PoseSequence
from preprocess.warnings import Role

Level = Literal["red", "amber"]

LIMB_ENDS = [R_WRIST, L_WRIST, R_ANKLE, L_ANKLE]
UNUSUAL_AREA = 1.8
"""A mask this many times larger or smaller than the clip's median is likely flipped or lost."""

CUT_CHANGE = 60.0
"""Mean change between neighbouring frames, in grey levels, that no motion causes."""

CAMERA_TRAVEL = 40.0
"""Pixels of 512: of the released examples, those made in camera mode travel farther, the others less."""


class CheckCode(StrEnum):
    """What a check is about."""

    NO_PERSON = "no_person"
    MASK_EMPTY = "mask_empty"
    CUT = "cut"
    MASK_SIZE = "mask_size"
    LIMB_MISSING = "limb_missing"
    SEVERAL_PEOPLE = "several_people"
    OUT_OF_FRAME = "out_of_frame"


@dataclass(frozen=True)
class CheckResult:
    """A doubt about some frames, bool [F], of one clip, or of the edit where `role` is None; red spoils its frames."""

    code: CheckCode
    level: Level
    role: Role | None
    frames: Bools


def check_inputs(prepared: Prepared) -> tuple[CheckResult, ...]:
    """Everything doubtful, the red results first; empty where every frame is fine."""
    results = [result for result in _run_checks(prepared) if result.frames.any()]
    return tuple(sorted(results, key=lambda result: result.level != "red"))


def worst_level(results: tuple[CheckResult, ...], frames: int) -> list[Level | Literal["green"]]:
    """The worst level of each frame."""
    levels: list[Level | Literal["green"]] = ["green"] * frames
    for result in reversed(results):  # red comes last and stays
        for index in np.flatnonzero(result.frames):
            levels[index] = result.level
    return levels


def _run_checks(prepared: Prepared) -> Iterator[CheckResult]:
    inputs = prepared.inputs
    yield from _check_clip("source", inputs.source, inputs.source_poses, inputs.source_masks)
    yield from _check_clip("target", prepared.target, prepared.target_poses, prepared.target_own_masks)
    for role in prepared.crowded:
        yield CheckResult(CheckCode.SEVERAL_PEOPLE, "amber", role, np.ones(len(inputs.source), bool))
    outside = np.zeros(len(inputs.source), bool)
    outside[list(prepared.alignment.frames_with_joints_outside)] = True
    yield CheckResult(CheckCode.OUT_OF_FRAME, "amber", None, outside)


def _check_clip(role: Role, clip: Clip, poses: PoseSequence, masks: MaskSequence) -> Iterator[CheckResult]:
    visible = poses.body_scores > VISIBLE
    is_lost = np.asarray(~visible.any(axis=1))
    areas = masks.masks.sum(axis=(1, 2))
    typical = np.median(areas[areas > 0]) if areas.any() else 1
    is_unusual = np.asarray((areas > 0) & ((areas > UNUSUAL_AREA * typical) | (areas * UNUSUAL_AREA < typical)))
    ends = visible[:, LIMB_ENDS]
    lacks_limb = np.asarray(~is_lost & ~ends.all(axis=1) & ends.any(axis=0).all())
    yield CheckResult(CheckCode.NO_PERSON, "red", role, is_lost)
    yield CheckResult(CheckCode.MASK_EMPTY, "red", role, areas == 0)
    yield CheckResult(CheckCode.CUT, "red", role, _cuts(clip))
    yield CheckResult(CheckCode.MASK_SIZE, "amber", role, is_unusual)
    yield CheckResult(CheckCode.LIMB_MISSING, "amber", role, lacks_limb)


def _cuts(clip: Clip) -> Bools:
    """The frames that have nothing in common with the one before."""
    small = clip.frames[:, ::8, ::8].astype(np.float32)
    change = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2, 3))
    return np.concatenate([[False], change > CUT_CHANGE])


@dataclass(frozen=True)
class CameraModeProposal:
    """The measured `travel` of the source's camera, in pixels of an image of 512, and the proposal from it."""

    travel: float

    @property
    def is_on(self) -> bool:
        """Whether camera mode is proposed."""
        return self.travel > CAMERA_TRAVEL


def propose_camera_mode(inputs: EditInputs) -> CameraModeProposal:
    """Measure how far the background travels in the source."""
    return CameraModeProposal(camera_travel(inputs.source, inputs.source_masks))
