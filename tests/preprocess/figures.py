"""Stick figures with masks: a person of known size, position and pose."""

from functools import cache

import cv2
import numpy as np

from motionfollower.models.weights.manifest import EMBEDDED_FOLDER
from motionfollower.models.weights.small_nets import bone_length_net_as_numpy, load_bone_length_net
from preprocess.align.bone_lengths import BoneLengthEstimator
from preprocess.pose.skeleton import BODY, JOINTS, L_ELBOW, L_WRIST, LIMBS, R_ELBOW, R_WRIST
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence, Size

# A standing figure of height 1, feet at (0, 0); y grows downward.
STANDING = np.array(
    [
        (0, -0.9), (0, -0.78), (-0.12, -0.78), (-0.18, -0.62), (-0.2, -0.48), (0.12, -0.78), (0.18, -0.62),
        (0.2, -0.48), (-0.07, -0.5), (-0.08, -0.26), (-0.08, -0.02), (0.07, -0.5), (0.08, -0.26), (0.08, -0.02),
        (-0.03, -0.93), (0.03, -0.93), (-0.06, -0.91), (0.06, -0.91),
    ],
    np.float32,
)  # fmt: skip


def standing(frames: int, size: Size, height: float, foot: tuple[float, float]) -> PoseSequence:
    """A figure of `height` pixels whose feet are at `foot`, the same in every frame."""
    return as_poses(np.repeat((STANDING * height + np.array(foot, np.float32))[None], frames, axis=0), size)


def as_poses(bodies: Floats, size: Size) -> PoseSequence:
    """Body joints f32 [F, 18, 2], all visible; no hands, no face."""
    keypoints, scores = np.zeros((len(bodies), JOINTS, 2), np.float32), np.zeros((len(bodies), JOINTS), np.float32)
    keypoints[:, BODY], scores[:, BODY] = bodies, 1
    return PoseSequence(keypoints, scores, size)


@cache
def load_estimator() -> BoneLengthEstimator:
    """The bone length estimator with the embedded network."""
    return BoneLengthEstimator(bone_length_net_as_numpy(load_bone_length_net(EMBEDDED_FOLDER)))


def raise_arms(poses: PoseSequence, frames: slice) -> PoseSequence:
    """The poses with both arms straight up in some frames."""
    bodies = poses.body.copy()
    height = np.ptp(bodies[0, :, 1]) / 0.91
    for elbow, wrist, shoulder in ((R_ELBOW, R_WRIST, 2), (L_ELBOW, L_WRIST, 5)):
        bodies[frames, elbow] = bodies[frames, shoulder] - (0, 0.17 * height)
        bodies[frames, wrist] = bodies[frames, shoulder] - (0, 0.31 * height)
    return as_poses(bodies, poses.size)


def capsules(poses: PoseSequence, width: float) -> MaskSequence:
    """Masks of limbs `width` pixels wide."""
    return MaskSequence(np.stack([_capsules(body, poses.size, round(width)) for body in poses.body]), "drawn")


def _capsules(body: Floats, size: Size, width: int) -> Bools:
    canvas = np.zeros(size[::-1], np.uint8)
    for start, end in LIMBS:
        cv2.line(canvas, *np.rint(body[[start, end]]).astype(int).tolist(), 1, thickness=width)
    return canvas > 0
