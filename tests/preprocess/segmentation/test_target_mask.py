"""Target masks of stick figures with limbs of known width, and of the released cases."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from preprocess.align.align import align
from preprocess.align.recover import recover
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import WarpedTargetMask, move_mask
from preprocess.types import Alignment, MaskSequence
from tests.preprocess.figures import capsules, raise_arms, standing
from tools.measure_alignment import Case, mean_iou

SIZE = (320, 400)
SOURCE = standing(12, SIZE, 330, (160, 385))
TARGET = raise_arms(standing(12, SIZE, 330, (160, 385)), slice(2, 12))


def predict(aligned: Alignment, source_masks: MaskSequence, target_masks: MaskSequence) -> MaskSequence:
    return WarpedTargetMask().predict(SOURCE, source_masks, aligned, target_masks)


def test_a_target_with_the_shape_of_the_source_keeps_its_mask() -> None:
    masks = capsules(SOURCE, 22), capsules(TARGET, 22)
    predicted = predict(align(SOURCE, masks[0], TARGET, masks[1], "none"), *masks)
    assert mean_iou(predicted.masks, masks[1].masks) > 0.9
    assert predicted.size == SIZE


def test_limbs_become_nearer_to_the_width_of_the_source() -> None:
    source_masks, target_masks, truth = capsules(SOURCE, 30), capsules(TARGET, 22), capsules(TARGET, 30)
    aligned = align(SOURCE, source_masks, TARGET, target_masks, "none")
    corrected = mean_iou(predict(aligned, source_masks, target_masks).masks, truth.masks)
    assert corrected > mean_iou(target_masks.masks, truth.masks) + 0.05


def test_a_frame_without_a_target_mask_uses_the_profiles() -> None:
    masks = capsules(SOURCE, 26), capsules(SOURCE, 26)
    aligned = align(SOURCE, masks[0], SOURCE, masks[1], "none")
    masks[1].masks[1] = False
    predicted = predict(aligned, *masks)
    assert mean_iou(predicted.masks[1:2], masks[0].masks[1:2]) > 0.7


def test_without_source_joints_the_moved_mask_is_used() -> None:
    masks = capsules(SOURCE, 22), capsules(TARGET, 22)
    aligned = align(SOURCE, masks[0], TARGET, masks[1], "none")
    unseen = replace(SOURCE, scores=np.zeros_like(SOURCE.scores))
    predicted = WarpedTargetMask().predict(unseen, masks[0], aligned, masks[1])
    assert (predicted.masks == masks[1].masks).all()


def test_masks_have_the_size_of_the_source() -> None:
    target = standing(12, (200, 250), 200, (100, 240))
    masks = capsules(SOURCE, 22), capsules(target, 14)
    aligned = align(SOURCE, masks[0], target, masks[1])
    assert predict(aligned, *masks).size == SIZE


def test_a_cut_mask_is_extended_below_its_frame() -> None:
    mask = np.zeros((40, 30), bool)
    mask[20:, 10:20] = True
    up = np.array([[1, 0, 0], [0, 1, -10]], np.float32)
    assert move_mask(mask, up, (30, 40))[10:, 10:20].all()


def test_profiles_become_more_certain_with_more_frames() -> None:
    few, many = (standing(frames, SIZE, 330, (160, 385)) for frames in (1, 40))
    uncertain, certain = (LimbProfiles.measure(poses, capsules(poses, 22)).occupancy for poses in (few, many))
    assert certain.min() < uncertain.min() < 0.5 < uncertain.max() < certain.max() - 0.2
    assert 0 <= certain.min() < 0.1
    assert 0.9 < certain.max() <= 1


def test_profiles_are_neutral_without_visible_limbs() -> None:
    profiles = LimbProfiles.measure(SOURCE, capsules(SOURCE, 22))
    missing = np.zeros(18, np.float32)
    assert not profiles.log_odds(SOURCE.body[0], missing, SIZE).any()


@pytest.mark.parametrize(("number", "least"), [(1, 0.86), (2, 0.9), (3, 0.89), (6, 0.87)])
def test_released_masks_are_predicted(shared: Path, number: int, least: float) -> None:
    case = Case.read(shared / "cases" / f"case-{number}", every=3)
    predicted = case.predict(recover(case.target_poses, case.aligned_poses))
    assert mean_iou(predicted.masks, case.predicted_masks.masks) >= least
