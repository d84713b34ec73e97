"""Target masks predicted by a small network from limb profiles, the moved target mask and the aligned pose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.pose.skeleton import LIMBS, VISIBLE
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import mask_log_odds, move_mask
from preprocess.types import Alignment, Bools, Floats, MaskSequence, PoseSequence, Size

SIDE = 96  # pixels of the network's square input
MARGIN = 0.15  # on each side, in sizes of the person's box
MAX_LOG_ODDS = 4.0  # log-odds are clipped to ± this, and divided by it
GROUPS = (range(2, 6), range(6, 12), (0, 1, 12))  # limbs that share a channel: arms, legs, trunk
CHANNELS = 2 + len(GROUPS)
THICKNESS = 3  # pixels; of a drawn limb


@dataclass(frozen=True)
class LearnedTargetMask:
    """A `TargetMaskPredictor`; `predictor` is the network: inputs f32 [N, 5, S, S] to logits f32 [N, S, S]."""

    predictor: Callable[[Floats], Floats]

    def predict(
        self, source_poses: PoseSequence, source_masks: MaskSequence, aligned: Alignment, target_masks: MaskSequence
    ) -> MaskSequence:
        """Masks bool [F, H, W] of the source's size, one for each aligned pose.

        For partial motion the target's mask is left out of the inputs.
        """
        size = source_masks.size
        profiles = LimbProfiles.measure(source_poses, source_masks)
        given = target_masks.masks if aligned.moves_masks else np.zeros_like(target_masks.masks)
        moved = (move_mask(mask, transform, size) for mask, transform in zip(given, aligned.transforms, strict=True))
        inputs = [
            mask_net_inputs(profiles, body, scores, mask)
            for body, scores, mask in zip(aligned.poses.body, aligned.poses.body_scores, moved, strict=True)
        ]
        logits = self.predictor(np.stack([channels for channels, _ in inputs]))
        masks = [paste_logits(logit, square, size) > 0 for logit, (_, square) in zip(logits, inputs, strict=True)]
        return MaskSequence(np.stack(masks), "learned")


def mask_net_inputs(profiles: LimbProfiles, body: Floats, scores: Floats, moved: Bools) -> tuple[Floats, Floats]:
    """The network's input for one frame, f32 [5, 96, 96], and the map f32 [2, 3] from frame to square pixels.

    The channels are the log-odds by the source person's limb profiles and by the `moved` target mask bool [H, W],
    both in [−1, 1] and 0 where unknown, then arms, legs and trunk of the aligned pose, f32 [18, 2] with scores [18].
    """
    size = moved.shape[1], moved.shape[0]
    square = _square(body[scores > VISIBLE], moved, size)
    odds = (profiles.log_odds(body, scores, size), mask_log_odds(moved))
    channels = [_crop(np.clip(part / MAX_LOG_ODDS, -1, 1), square) for part in odds]
    joints = body @ square[:, :2].T + square[:, 2]
    return np.stack([*channels, *_draw(joints, scores)]).astype(np.float32), square


def paste_logits(logits: Floats, square: Floats, size: Size) -> Floats:
    """Paste logits f32 [96, 96] into a frame of `size`, f32 [H, W]; background outside the square."""
    back = cv2.invertAffineTransform(square)
    pasted: Floats = cv2.warpAffine(logits, back, size, flags=cv2.INTER_LINEAR, borderValue=-MAX_LOG_ODDS)
    return pasted


def crop_mask(mask: Bools, square: Floats) -> Floats:
    """A mask bool [H, W] resampled to the square, f32 [96, 96] in [0, 1]."""
    return _crop(mask.astype(np.float32), square)


def _square(joints: Floats, mask: Bools, size: Size) -> Floats:
    """The map from the frame to the square around joints and mask, or around the whole frame without any."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    corners = [joints] if len(joints) else []
    if len(rows):
        corners.append(np.array([[columns[0], rows[0]], [columns[-1], rows[-1]]], np.float32))
    points = np.concatenate(corners) if corners else np.array([[0, 0], size], np.float32)
    points = np.clip(points, 0, np.array(size) - 1)
    centre, extent = (points.min(axis=0) + points.max(axis=0)) / 2, np.ptp(points, axis=0).max()
    scale = SIDE / max((1 + 2 * MARGIN) * float(extent), 1)
    shift = (SIDE - 1) / 2 - scale * centre
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)


def _crop(values: Floats, square: Floats) -> Floats:
    """Values f32 [H, W] resampled to the square without aliasing; replicated beyond the frame's edges."""
    shrink = 1 / square[0, 0]
    smooth = cv2.GaussianBlur(values, (0, 0), 0.4 * shrink) if shrink > 1 else values
    resampled: Floats = cv2.warpAffine(
        smooth, square, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return resampled


def _draw(joints: Floats, scores: Floats) -> Iterator[Floats]:
    """Each group of limbs as lines, f32 [96, 96] in [0, 1]."""
    for group in GROUPS:
        canvas = np.zeros((SIDE, SIDE), np.uint8)
        for start, end in (LIMBS[limb] for limb in group):
            if min(scores[start], scores[end]) > VISIBLE:
                first, last = np.rint(np.clip(joints[[start, end]], -SIDE, 2 * SIDE)).astype(int).tolist()
                cv2.line(canvas, first, last, 255, THICKNESS, cv2.LINE_AA)
        yield np.asarray(canvas / 255, np.float32)
