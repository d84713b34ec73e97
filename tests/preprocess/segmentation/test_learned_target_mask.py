"""The evidence for target masks, and masks by a network that adds nothing to it."""

import numpy as np
import pytest

from motionfollower.models.small_nets.mask_net import MaskNet, MaskNetConfig
from motionfollower.models.weights.small_nets import mask_net_as_numpy
from preprocess.align.align import AlignMode, align
from preprocess.segmentation.learned_target_mask import (
    CHANNELS,
    SIDE,
    LearnedTargetMask,
    mask_net_inputs,
    paste_logits,
    view_mask,
)
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import WarpedTargetMask
from tests.preprocess.figures import capsules, raise_arms, standing
from tools.measure_alignment import mean_iou

SIZE = (320, 400)
SOURCE = standing(4, SIZE, 330, (160, 385))
TARGET = raise_arms(standing(4, SIZE, 330, (160, 385)), slice(2, 4))


def test_evidence_is_a_square_around_the_person() -> None:
    profiles, mask = LimbProfiles.measure(SOURCE, capsules(SOURCE, 22)), capsules(TARGET, 22).masks[0]
    seen, square = mask_net_inputs(profiles, TARGET.body[0], TARGET.body_scores[0], mask)
    assert seen.shape == (CHANNELS, SIDE, SIDE)
    assert np.abs(seen).max() <= 1 + 1e-5
    assert (seen[2:] > 0.5).any(axis=(1, 2)).all()
    shown = view_mask(mask, square)
    assert 0.6 * SIDE < np.ptp(np.flatnonzero((shown > 0.5).any(axis=1))) < SIDE
    back = paste_logits(2 * shown - 1, square, SIZE) > 0
    assert mean_iou(back[None], mask[None]) > 0.95


def test_a_frame_without_anybody_has_no_evidence() -> None:
    profiles = LimbProfiles.measure(SOURCE, capsules(SOURCE, 22))
    seen, _ = mask_net_inputs(
        profiles, np.zeros((18, 2), np.float32), np.zeros(18, np.float32), np.zeros(SIZE[::-1], bool)
    )
    assert not seen.any()


@pytest.mark.parametrize("mode", ["none", "similarity"])
def test_an_untrained_network_says_what_the_evidence_says(mode: AlignMode) -> None:
    masks = capsules(SOURCE, 22), capsules(TARGET, 26)
    aligned = align(SOURCE, masks[0], TARGET, masks[1], mode)
    ours = LearnedTargetMask(mask_net_as_numpy(MaskNet(MaskNetConfig()).eval())).predict(
        SOURCE, masks[0], aligned, masks[1]
    )
    assert ours.size == SIZE
    assert mean_iou(ours.masks, WarpedTargetMask().predict(SOURCE, masks[0], aligned, masks[1]).masks) > 0.93
