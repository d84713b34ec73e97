"""Where the source person will be in the aligned poses, by a network that has learned it from rendered dancers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from preprocess.limb_profile import LimbProfiles
from preprocess.mask_evidence import evidence, put_back
from preprocess.target_mask import move_mask
from preprocess.types import Alignment, Floats, MaskSequence, PoseSequence


@dataclass(frozen=True)
class LearnedTargetMask:
    """A `TargetMaskPredictor`; `judge` is the network: evidence f32 [N, 5, S, S] to logits f32 [N, S, S]."""

    judge: Callable[[Floats], Floats]

    def predict(
        self, source_poses: PoseSequence, source_masks: MaskSequence, aligned: Alignment, target_masks: MaskSequence
    ) -> MaskSequence:
        """Masks bool [F, H, W] of the source's size, one for each aligned pose.

        The target's mask is no evidence where the person follows the target in part.
        """
        size = source_masks.size
        profiles = LimbProfiles.measure(source_poses, source_masks)
        known = target_masks.masks if aligned.moves_masks else np.zeros_like(target_masks.masks)
        moved = (move_mask(mask, way, size) for mask, way in zip(known, aligned.transforms, strict=True))
        seen = [
            evidence(profiles, body, scores, mask)
            for body, scores, mask in zip(aligned.poses.body, aligned.poses.body_scores, moved, strict=True)
        ]
        logits = self.judge(np.stack([channels for channels, _ in seen]))
        masks = [put_back(logit, square, size) > 0 for logit, (_, square) in zip(logits, seen, strict=True)]
        return MaskSequence(np.stack(masks), "learned")
