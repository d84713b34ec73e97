from dataclasses import replace

import numpy as np
import pytest

from motionfollower.core.types import EditInputs, Prepared
from motionfollower.pipeline.checks import check_inputs, worst_level
from preprocess.pose.skeleton import JOINTS, L_WRIST
from preprocess.types import Clip, MaskSequence, PoseSequence

FRAMES, SIZE = 6, (32, 32)


@pytest.fixture
def prepared() -> Prepared:
    """A person who stands still in the middle, seen whole in both clips."""
    clip = Clip(np.full((FRAMES, *SIZE, 3), 90, np.uint8), 8.0)
    poses = PoseSequence(np.full((FRAMES, JOINTS, 2), 16, np.float32), np.ones((FRAMES, JOINTS), np.float32), SIZE)
    masks = np.zeros((FRAMES, *SIZE), bool)
    masks[:, 8:24, 12:20] = True
    seen = MaskSequence(masks, "test")
    inputs = EditInputs(clip, poses, poses, seen, seen)
    return Prepared(inputs, clip, poses, seen, {"frames_with_joints_outside": []})


def findings(prepared: Prepared) -> dict[str, list[int]]:
    return {finding.what: np.flatnonzero(finding.frames).tolist() for finding in check_inputs(prepared)}


def test_a_person_seen_whole_is_fine(prepared: Prepared) -> None:
    assert check_inputs(prepared) == ()
    assert worst_level((), FRAMES) == ["green"] * FRAMES


def test_an_empty_and_a_swollen_mask(prepared: Prepared) -> None:
    masks = prepared.inputs.source_masks.masks.copy()
    masks[1], masks[4] = False, True
    inputs = replace(prepared.inputs, source_masks=MaskSequence(masks, "test"))
    found = findings(replace(prepared, inputs=inputs))
    assert found == {"the source mask is empty": [1], "the source mask is unusually large or small": [4]}


def test_a_limb_lost_for_a_frame_and_a_person_lost(prepared: Prepared) -> None:
    scores = prepared.target_poses.scores.copy()
    scores[2, L_WRIST], scores[5] = 0, 0
    found = findings(replace(prepared, target_poses=replace(prepared.target_poses, scores=scores)))
    assert found == {"no person in the target": [5], "a hand or a foot of the target is not seen": [2]}


def test_a_limb_that_is_never_seen_is_no_surprise(prepared: Prepared) -> None:
    scores = prepared.target_poses.scores.copy()
    scores[:, L_WRIST] = 0
    assert findings(replace(prepared, target_poses=replace(prepared.target_poses, scores=scores))) == {}


def test_a_cut_is_found_where_it_is(prepared: Prepared) -> None:
    frames = prepared.target.frames.copy()
    frames[3:] = 240
    assert findings(replace(prepared, target=replace(prepared.target, frames=frames))) == {"a cut in the target": [3]}


def test_red_outdoes_amber(prepared: Prepared) -> None:
    masks = prepared.inputs.source_masks.masks.copy()
    masks[1] = False
    inputs = replace(prepared.inputs, source_masks=MaskSequence(masks, "test"))
    found = check_inputs(replace(prepared, inputs=inputs, alignment={"frames_with_joints_outside": [1, 2]}))
    assert worst_level(found, 4) == ["green", "red", "amber", "green"]


def test_other_people_are_named(prepared: Prepared) -> None:
    found = findings(replace(prepared, crowded=("target",)))
    assert found == {"another person is in the target": list(range(FRAMES))}
