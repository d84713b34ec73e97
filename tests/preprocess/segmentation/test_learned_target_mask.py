"""The inputs of the target-mask network, and the masks of an untrained network, which adds nothing to them."""

import numpy as np
import pytest

from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.models.weights.small_nets import mask_net_as_numpy
from preprocess.align.align import AlignMode, align
from preprocess.segmentation.learned_target_mask import (
    CHANNELS,
    SIDE,
    LearnedTargetMask,
    crop_mask,
    mask_net_inputs,
    paste_logits,
)
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import WarpedTargetMask
from tests.preprocess.figures import capsules, raise_arms, standing
from tools.measure_alignment import mean_iou

SIZE = (320, 400)
SOURCE = standing(4, SIZE, 330, (160, 385))
TARGET = raise_arms(standing(4, SIZE, 330, (160, 385)), slice(2, 4))


def test_the_input_is_a_square_around_the_person() -> None:
    profiles, mask = LimbProfiles.measure(SOURCE, capsules(SOURCE, 22)), capsules(TARGET, 22).masks[0]
    inputs, square = mask_net_inputs(profiles, TARGET.body[0], TARGET.body_scores[0], mask)
    assert inputs.shape == (CHANNELS, SIDE, SIDE)
    assert np.abs(inputs).max() <= 1 + 1e-5
    assert (inputs[2:] > 0.5).any(axis=(1, 2)).all()
    resampled = crop_mask(mask, square)
    assert 0.6 * SIDE < np.ptp(np.flatnonzero((resampled > 0.5).any(axis=1))) < SIDE
    back = paste_logits(2 * resampled - 1, square, SIZE) > 0
    assert mean_iou(back[None], mask[None]) > 0.95


def test_a_frame_without_a_person_has_zero_inputs() -> None:
    profiles = LimbProfiles.measure(SOURCE, capsules(SOURCE, 22))
    inputs, _ = mask_net_inputs(
        profiles, np.zeros((18, 2), np.float32), np.zeros(18, np.float32), np.zeros(SIZE[::-1], bool)
    )
    assert not inputs.any()


@pytest.mark.parametrize("mode", ["none", "similarity"])
def test_an_untrained_network_gives_the_warped_mask(mode: AlignMode) -> None:
    masks = capsules(SOURCE, 22), capsules(TARGET, 26)
    aligned = align(SOURCE, masks[0], TARGET, masks[1], mode)
    ours = LearnedTargetMask(mask_net_as_numpy(MaskNet(MaskNetConfig()).eval())).predict(
        SOURCE, masks[0], aligned, masks[1]
    )
    assert ours.size == SIZE
    assert mean_iou(ours.masks, WarpedTargetMask().predict(SOURCE, masks[0], aligned, masks[1]).masks) > 0.93
