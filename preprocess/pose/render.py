"""Render poses as the images that the checkpoints were trained on: DWPose's drawing of body and hands.

The output equals that of `controlnet_aux.dwpose.util` byte for byte, with red and blue swapped as in all released pose
images, and without the face.
"""

import colorsys
import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from preprocess.pose.skeleton import BODY, COLOURS, HAND_BONES, LEFT_HAND, LIMBS, RIGHT_HAND, VISIBLE
from preprocess.types import Bools, Floats, Frame, Frames, PoseSequence, Size

Doubles = NDArray[np.float64]

LIMB_HALF_WIDTH = 4
LIMB_BRIGHTNESS = 0.6
DOT_RADIUS = 4
HAND_BONE_WIDTH = 2
HAND_DOT_COLOUR = (0, 0, 255)
HAND_BONE_COLOURS = tuple(
    tuple(255 * channel for channel in colorsys.hsv_to_rgb(bone / len(HAND_BONES), 1, 1))
    for bone in range(len(HAND_BONES))
)


def draw_poses(poses: PoseSequence) -> Frames:
    """Pose images uint8 [F, H, W, 3] on black, in the released style; the `drawings` of poses that have them.

    Joints with a score of `VISIBLE` or less are left out.
    """
    return poses.drawings if poses.drawings is not None else np.stack(list(iterate_pose_images(poses)))


def iterate_pose_images(poses: PoseSequence) -> Iterator[Frame]:
    """Yield the images of `draw_poses` one by one, uint8 [H, W, 3]."""
    if poses.drawings is not None:
        yield from poses.drawings
        return
    for frame in zip(poses.keypoints, poses.scores, strict=True):
        yield draw_pose(*frame, poses.size)


def draw_pose(keypoints: Floats, scores: Floats, size: Size) -> Frame:
    """The pose image uint8 [H, W, 3] of one frame's joints, f32 [128, 2] with scores f32 [128]."""
    width, height = size
    seen = scores > VISIBLE
    joints = keypoints.astype(np.float64)
    canvas = np.zeros((height, width, 3), np.uint8)
    _draw_limbs(canvas, joints[BODY], seen[BODY])
    canvas = (canvas * LIMB_BRIGHTNESS).astype(np.uint8)
    _draw_body_joints(canvas, joints[BODY], seen[BODY])
    for hand in (LEFT_HAND, RIGHT_HAND):
        _draw_hand(canvas, joints[hand].astype(int), seen[hand])
    return canvas[..., ::-1].copy()


def _draw_limbs(canvas: Frame, joints: Doubles, seen: Bools) -> None:
    for (start, end), colour in zip(LIMBS, COLOURS, strict=False):
        if not (seen[start] and seen[end]):
            continue
        x, y = joints[start] - joints[end]
        centre = (joints[start] + joints[end]) / 2
        axes = (int(math.hypot(x, y) / 2), LIMB_HALF_WIDTH)
        angle = int(math.degrees(math.atan2(y, x)))
        ellipse = cv2.ellipse2Poly((int(centre[0]), int(centre[1])), axes, angle, 0, 360, 1)
        cv2.fillConvexPoly(canvas, ellipse, colour)


def _draw_body_joints(canvas: Frame, joints: Doubles, seen: Bools) -> None:
    for (x, y), colour, is_seen in zip(joints, COLOURS, seen, strict=True):
        if is_seen:
            cv2.circle(canvas, (int(x), int(y)), DOT_RADIUS, colour, thickness=-1)


def _draw_hand(canvas: Frame, joints: NDArray[np.int_], seen: Bools) -> None:
    visible = seen & (joints > 0).all(axis=1)  # the original draws no hand joint in the first row or column
    for (start, end), colour in zip(HAND_BONES, HAND_BONE_COLOURS, strict=True):
        if visible[start] and visible[end]:
            cv2.line(canvas, joints[start].tolist(), joints[end].tolist(), colour, thickness=HAND_BONE_WIDTH)
    for joint in joints[visible].tolist():
        cv2.circle(canvas, joint, DOT_RADIUS, HAND_DOT_COLOUR, thickness=-1)
