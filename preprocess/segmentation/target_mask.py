"""Target masks without a network: the target's mask, warped and corrected by the source's limb profiles."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.types import Alignment, Bools, Floats, MaskSequence, PoseSequence, Size

OUTLINE_SCALE = 0.015  # of the person's height: the distance from the outline that has log-odds 1


class WarpedTargetMask:
    """A `TargetMaskPredictor`: the target's mask, moved by the alignment and corrected by the source person's shape.

    The moved mask follows the pose best but has the target's clothes and build; the source's limb profiles have the
    source's. A pixel is the person where the sum of both log-odds is positive; the mask's are the signed distance
    from its outline. Frames without a target mask use the profiles alone, as do all frames of partial motion.
    """

    def predict(
        self, source_poses: PoseSequence, source_masks: MaskSequence, aligned: Alignment, target_masks: MaskSequence
    ) -> MaskSequence:
        """Masks bool [F, H, W] of the source's size, one for each aligned pose."""
        size = source_masks.size
        profiles = LimbProfiles.measure(source_poses, source_masks)
        given = target_masks.masks if aligned.moves_masks else np.zeros_like(target_masks.masks)
        masks = [
            profiles.log_odds(body, scores, size) + mask_log_odds(move_mask(mask, transform, size)) > 0
            for body, scores, mask, transform in zip(
                aligned.poses.body, aligned.poses.body_scores, given, aligned.transforms, strict=True
            )
        ]
        return MaskSequence(np.stack(masks), "warped")


def move_mask(mask: Bools, transform: Floats, size: Size) -> Bools:
    """A mask bool [H, W] moved by an affine map f32 [2, 3] into a frame of `size`.

    A mask that the edge of its frame cuts is extended straight beyond it.
    """
    moved = cv2.warpAffine(
        mask.astype(np.uint8) * 255, transform, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved > 127)


def mask_log_odds(mask: Bools) -> Floats:
    """Each pixel's log-odds of being the person, by its distance from the outline; 0 for an empty or full mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows) or mask.all():
        return np.zeros(mask.shape, np.float32)
    inside, outside = (cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3) for part in (mask, ~mask))
    odds: Floats = (inside - outside) / np.float32(OUTLINE_SCALE * (rows[-1] - rows[0] + 1))
    return odds
