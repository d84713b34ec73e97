"""Checks before an edit name the doubtful frames of each clip."""

from dataclasses import replace

import numpy as np
import pytest

from motionfollower.core.types import EditInputs, Prepared
from motionfollower.pipeline.checks import CheckCode, check_inputs, worst_level
from preprocess.pose.skeleton import JOINTS, L_WRIST
from preprocess.types import AlignmentReport, Clip, MaskSequence, PoseSequence
from preprocess.warnings import Role

FRAMES, SIZE = 6, (32, 32)


@pytest.fixture
def prepared() -> Prepared:
    """A person who stands still in the middle, fully visible in both clips."""
    clip = Clip(np.full((FRAMES, *SIZE, 3), 90, np.uint8), 8.0)
    poses = PoseSequence(np.full((FRAMES, JOINTS, 2), 16, np.float32), np.ones((FRAMES, JOINTS), np.float32), SIZE)
    masks = np.zeros((FRAMES, *SIZE), bool)
    masks[:, 8:24, 12:20] = True
    person = MaskSequence(masks, "test")
    inputs = EditInputs(clip, poses, poses, person, person)
    return Prepared(inputs, clip, poses, person, AlignmentReport("none"))


def doubtful_frames(prepared: Prepared) -> dict[tuple[CheckCode, Role | None], list[int]]:
    """The frames of each check result, by its code and clip."""
    return {(result.code, result.role): np.flatnonzero(result.frames).tolist() for result in check_inputs(prepared)}


def test_a_fully_visible_person_raises_no_doubt(prepared: Prepared) -> None:
    assert check_inputs(prepared) == ()
    assert worst_level((), FRAMES) == ["green"] * FRAMES


def test_an_empty_mask_and_one_of_unusual_size(prepared: Prepared) -> None:
    masks = prepared.inputs.source_masks.masks.copy()
    masks[1], masks[4] = False, True
    inputs = replace(prepared.inputs, source_masks=MaskSequence(masks, "test"))
    found = doubtful_frames(replace(prepared, inputs=inputs))
    assert found == {(CheckCode.MASK_EMPTY, "source"): [1], (CheckCode.MASK_SIZE, "source"): [4]}


def test_a_limb_that_is_missing_in_one_frame_and_a_missing_person(prepared: Prepared) -> None:
    scores = prepared.target_poses.scores.copy()
    scores[2, L_WRIST], scores[5] = 0, 0
    found = doubtful_frames(replace(prepared, target_poses=replace(prepared.target_poses, scores=scores)))
    assert found == {(CheckCode.NO_PERSON, "target"): [5], (CheckCode.LIMB_MISSING, "target"): [2]}


def test_a_limb_that_is_never_visible_raises_no_doubt(prepared: Prepared) -> None:
    scores = prepared.target_poses.scores.copy()
    scores[:, L_WRIST] = 0
    assert doubtful_frames(replace(prepared, target_poses=replace(prepared.target_poses, scores=scores))) == {}


def test_a_cut_is_detected_at_its_frame(prepared: Prepared) -> None:
    frames = prepared.target.frames.copy()
    frames[3:] = 240
    cut = replace(prepared, target=replace(prepared.target, frames=frames))
    assert doubtful_frames(cut) == {(CheckCode.CUT, "target"): [3]}


def test_red_takes_precedence_over_amber(prepared: Prepared) -> None:
    masks = prepared.inputs.source_masks.masks.copy()
    masks[1] = False
    inputs = replace(prepared.inputs, source_masks=MaskSequence(masks, "test"))
    alignment = AlignmentReport("none", frames_with_joints_outside=[1, 2])
    results = check_inputs(replace(prepared, inputs=inputs, alignment=alignment))
    assert [(result.code, result.level, result.role) for result in results] == [
        (CheckCode.MASK_EMPTY, "red", "source"),
        (CheckCode.OUT_OF_FRAME, "amber", None),
    ]
    assert worst_level(results, 4) == ["green", "red", "amber", "green"]


def test_a_clip_with_other_people_is_flagged_throughout(prepared: Prepared) -> None:
    found = doubtful_frames(replace(prepared, crowded=("target",)))
    assert found == {(CheckCode.SEVERAL_PEOPLE, "target"): list(range(FRAMES))}
