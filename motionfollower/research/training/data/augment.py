"""Errors of pose and mask estimators, added to ground-truth poses and masks."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from motionfollower.research.synthetic.seeds import Random
from preprocess.pose.skeleton import L_HIP, L_WRIST, LEFT_HAND, NECK, R_HIP, R_WRIST, RIGHT_HAND
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence

JITTER = 0.012  # standard deviation of a joint's position, in torsos; larger errors teach blur alone
JITTER_SIGMA = 1.5  # frames: temporal smoothing of the jitter
HAND_DROPOUT = 0.1  # probability that a hand is missing from a clip
OUTLINE_ERROR = 0.012  # of a mask's outline, as a fraction of the image's longer side
MIN_TORSO = 0.05  # of the image's longer side, where the hips are not visible


def jitter_poses(poses: PoseSequence, random: Random) -> PoseSequence:
    """Add temporally smooth noise to the joints; a hand moves with its wrist, or is missing from the whole clip."""
    shape = (len(poses), poses.keypoints.shape[1], 2)
    noise = gaussian_filter1d(random.standard_normal(shape), JITTER_SIGMA, axis=0, mode="nearest")
    noise *= random.uniform(0, 2) * JITTER * _torso(poses) / max(float(noise.std()), 1e-9)
    scores = poses.scores.copy()
    for wrist, hand in ((L_WRIST, LEFT_HAND), (R_WRIST, RIGHT_HAND)):
        noise[:, hand] = noise[:, wrist : wrist + 1] + 0.2 * noise[:, hand]
        if random.random() < HAND_DROPOUT:
            scores[:, hand] = 0
    moved = np.where(scores[..., None] > 0, poses.keypoints + noise, 0)
    return replace(poses, keypoints=moved.astype(np.float32), scores=scores)


def _torso(poses: PoseSequence) -> float:
    """The mean distance from neck to hips, in pixels."""
    body, seen = poses.body, (poses.body_scores[:, [NECK, L_HIP, R_HIP]] > 0).all(axis=1)
    least = MIN_TORSO * max(poses.size)
    if not seen.any():
        return least
    lengths = np.linalg.norm(body[seen, NECK] - (body[seen, L_HIP] + body[seen, R_HIP]) / 2, axis=1)
    return max(float(lengths.mean()), least)


def perturb_masks(masks: MaskSequence, random: Random) -> MaskSequence:
    """Shift the masks' outlines by smooth noise, and by one constant for the whole clip."""
    reach = OUTLINE_ERROR * max(masks.size)
    waves = gaussian_filter(random.standard_normal(masks.masks.shape), (1.0, 2 * reach + 1, 2 * reach + 1))
    waves *= random.uniform(0, 0.5) * reach / max(float(waves.std()), 1e-9)
    offset = random.normal(0, 0.25 * reach)
    perturbed = [_signed_distance(mask) + wave > offset for mask, wave in zip(masks.masks, waves, strict=True)]
    return MaskSequence(np.stack(perturbed), masks.origin)


def _signed_distance(mask: Bools) -> Floats:
    """The distance of each pixel to the outline, negative outside; −inf where the mask is empty."""
    if not mask.any():
        return np.full(mask.shape, -np.inf, np.float32)
    inside, outside = (cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3) for part in (mask, ~mask))
    return np.asarray(np.where(mask, inside - 0.5, 0.5 - outside), np.float32)
