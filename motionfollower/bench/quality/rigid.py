"""The source person moved as one piece: to the place and the size of the aligned poses, in their own pose."""

from __future__ import annotations

import cv2
import numpy as np

from motionfollower.types import EditInputs
from preprocess.skeleton import L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER, SEEN
from preprocess.types import Floats, Frames, PoseSequence

TORSO = [NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]


def move_rigidly(inputs: EditInputs, background: Frames) -> Frames:
    """Each frame's person over the background uint8 [F, H, W, 3]; where a torso isn't seen they stay unmoved."""
    size = inputs.source.size
    moved = background.copy()
    for index, frame in enumerate(inputs.source.frames):
        move = _move(inputs.source_poses, inputs.aligned_poses, index)
        person = cv2.warpAffine(frame, move, size, flags=cv2.INTER_LINEAR)
        mask = inputs.source_masks.masks[index].astype(np.float32)
        alpha = cv2.warpAffine(cv2.GaussianBlur(mask, (0, 0), 0.7), move, size)[..., None]
        moved[index] = np.rint(person * alpha + background[index] * (1 - alpha))
    return moved


def _move(source: PoseSequence, aligned: PoseSequence, index: int) -> Floats:
    """The scale and shift from one torso to another, f32 [2, 3]."""
    seen = (source.body_scores[index, TORSO] > SEEN) & (aligned.body_scores[index, TORSO] > SEEN)
    if seen.sum() < 2:
        return np.eye(2, 3, dtype=np.float32)
    here, there = source.body[index, TORSO][seen], aligned.body[index, TORSO][seen]
    scale = float(np.clip(_spread(there) / max(_spread(here), 1e-3), 0.5, 2))
    shift = there.mean(axis=0) - scale * here.mean(axis=0)
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)


def _spread(points: Floats) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0)))
