"""The errors of estimators, made on true poses and masks, so that they don't surprise a trained model."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from preprocess.pose.skeleton import L_HIP, L_WRIST, LEFT_HAND, NECK, R_HIP, R_WRIST, RIGHT_HAND
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence

Doubles = NDArray[np.float64]
Random = np.random.Generator

JOINT_ERROR = 0.012  # of the torso: standard deviation of a joint's place; of larger ones only blur is learned
JOINT_MEMORY = 1.5  # frames over which an error lasts
HAND_LOST = 0.1  # share of the hands that are missing from a clip
RIM_ERROR = 0.012  # of the picture's longer side: how far a mask's outline is off
LEAST_TORSO = 0.05  # of the picture, where hips are out of sight


def jitter_poses(poses: PoseSequence, random: Random) -> PoseSequence:
    """Joints a little off, for some frames the same way; a hand goes with its wrist, or is lost for the whole clip."""
    shape = (len(poses), poses.keypoints.shape[1], 2)
    noise = gaussian_filter1d(random.standard_normal(shape), JOINT_MEMORY, axis=0, mode="nearest")
    noise *= random.uniform(0, 2) * JOINT_ERROR * _torso(poses) / max(float(noise.std()), 1e-9)
    scores = poses.scores.copy()
    for wrist, hand in ((L_WRIST, LEFT_HAND), (R_WRIST, RIGHT_HAND)):
        noise[:, hand] = noise[:, wrist : wrist + 1] + 0.2 * noise[:, hand]
        if random.random() < HAND_LOST:
            scores[:, hand] = 0
    moved = np.where(scores[..., None] > 0, poses.keypoints + noise, 0)
    return replace(poses, keypoints=moved.astype(np.float32), scores=scores)


def _torso(poses: PoseSequence) -> float:
    """From the neck to the hips, in pixels, on average."""
    body, seen = poses.body, (poses.body_scores[:, [NECK, L_HIP, R_HIP]] > 0).all(axis=1)
    least = LEAST_TORSO * max(poses.size)
    if not seen.any():
        return least
    lengths = np.linalg.norm(body[seen, NECK] - (body[seen, L_HIP] + body[seen, R_HIP]) / 2, axis=1)
    return max(float(lengths.mean()), least)


def perturb_masks(masks: MaskSequence, random: Random) -> MaskSequence:
    """Outlines that waver, and are too wide or too narrow throughout."""
    reach = RIM_ERROR * max(masks.size)
    waves = gaussian_filter(random.standard_normal(masks.masks.shape), (1.0, 2 * reach + 1, 2 * reach + 1))
    waves *= random.uniform(0, 0.5) * reach / max(float(waves.std()), 1e-9)
    offset = random.normal(0, 0.25 * reach)
    wrong = [_depth(mask) + wave > offset for mask, wave in zip(masks.masks, waves, strict=True)]
    return MaskSequence(np.stack(wrong), masks.origin)


def _depth(mask: Bools) -> Floats:
    """How far each pixel lies inside of the outline, negative outside; far outside where there is no outline."""
    if not mask.any():
        return np.full(mask.shape, -np.inf, np.float32)
    inside, outside = (cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3) for part in (mask, ~mask))
    return np.asarray(np.where(mask, inside - 0.5, 0.5 - outside), np.float32)
