"""Checks before an edit name the doubtful frames of each clip, and propose camera mode where the camera pans far."""

from dataclasses import replace

import numpy as np
import pytest

from motionfollower.core.types import EditInputs, Prepared
from motionfollower.pipeline.checks import (
    CameraModeProposal,
    CheckCode,
    check_inputs,
    propose_camera_mode,
    worst_level,
)
from preprocess.pose.skeleton import JOINTS, L_WRIST
from preprocess.types import AlignmentReport, Clip, MaskSequence, PoseSequence
from preprocess.warnings import Role

FRAMES, SIZE = 6, (32, 32)
SIDE = 192  # pixels of the wall


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


def panning_over_wall(speed: int) -> EditInputs:
    """A wall of random blocks over which the camera pans `speed` pixels a frame, with an empty mask."""
    blocks = np.random.default_rng(9).integers(0, 255, (SIDE // 8, 2 * SIDE // 8, 3), dtype=np.uint8)
    wall = blocks.repeat(8, axis=0).repeat(8, axis=1)
    clip = Clip(np.stack([wall[:, speed * frame :][:, :SIDE] for frame in range(FRAMES)]), 8)
    poses = PoseSequence(np.zeros((FRAMES, JOINTS, 2), np.float32), np.zeros((FRAMES, JOINTS), np.float32), clip.size)
    masks = MaskSequence(np.zeros((FRAMES, SIDE, SIDE), bool), "test")
    return EditInputs(clip, poses, poses, masks, masks)


def test_camera_mode_is_not_proposed_for_a_static_camera() -> None:
    proposal = propose_camera_mode(panning_over_wall(0))
    assert (proposal.travel, proposal.is_on) == (0, False)


def test_camera_mode_is_proposed_for_a_panning_camera() -> None:
    proposal = propose_camera_mode(panning_over_wall(6))
    assert proposal.travel == pytest.approx((FRAMES - 1) * 6 * 512 / SIDE, rel=0.05)
    assert proposal.is_on
    assert [CameraModeProposal(travel).is_on for travel in (40.0, 40.1)] == [False, True]
