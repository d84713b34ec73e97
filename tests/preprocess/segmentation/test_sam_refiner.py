"""Clicks with Segment Anything: the clicked object is added or removed near the click."""

import numpy as np
import pytest

from preprocess.segmentation.point_prompts import MaskClick
from preprocess.segmentation.refine import CLICK_RADIUS
from preprocess.segmentation.sam import CachedPredictor, SamRefiner
from preprocess.types import Clip, ClipPoint, MaskSequence
from tests.preprocess.segmentation.tiny_sam import BrightPredictor, tiny_sam

SIZE = (120, 160)
ARM = np.s_[60:68, 50:90]


def clip(frames: int = 2) -> Clip:
    """A bright body with an arm, on black."""
    frames = np.zeros((frames, SIZE[1], SIZE[0], 3), np.uint8)
    frames[:, 30:130, 30:50] = 255
    frames[(slice(None), *ARM)] = 255
    return Clip(frames, 10.0)


def without_arm(frames: int = 2) -> MaskSequence:
    mask = np.zeros((frames, SIZE[1], SIZE[0]), bool)
    mask[:, 30:130, 30:50] = True
    return MaskSequence(mask, "sam")


def click(x: int, y: int, is_person: bool = True, frame: int = 0) -> MaskClick:
    return MaskClick(ClipPoint((x + 0.5) / SIZE[0], (y + 0.5) / SIZE[1], frame), is_person)


def test_the_clicked_object_is_added_near_the_click():
    refined = SamRefiner(BrightPredictor()).refine(clip(), without_arm(), [click(60, 64)])
    added = refined.masks[0] & ~without_arm().masks[0]
    bright = clip().frames[0, ..., 0] > 0
    assert added[ARM].mean() > 0.5
    assert not (added & ~bright)[:, 70:].any()
    assert np.abs(np.argwhere(added) - (64, 60)).max() <= CLICK_RADIUS * max(SIZE) + 1
    assert refined.origin == "user"


def test_a_click_inside_the_mask_changes_nothing():
    refined = SamRefiner(BrightPredictor()).refine(clip(), without_arm(), [click(40, 64)])
    assert np.array_equal(refined.masks, without_arm().masks)


def test_the_clicked_object_is_removed():
    masks = without_arm()
    masks.masks[0, 80:100, 60:80] = True
    refined = SamRefiner(BrightPredictor()).refine(clip(), masks, [click(70, 90, is_person=False)])
    assert refined.masks[0, 80:100, 60:80].mean() < 0.2
    assert np.array_equal(refined.masks[0, :, :50], without_arm().masks[0, :, :50])


@pytest.mark.parametrize("is_person", [True, False])
def test_clicks_are_applied_whatever_an_untrained_network_predicts(is_person: bool):
    refined = SamRefiner(CachedPredictor(tiny_sam())).refine(clip(1), without_arm(1), [click(55, 64, is_person)])
    assert refined.masks[0, 64, 55] == is_person
