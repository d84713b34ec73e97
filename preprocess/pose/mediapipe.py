"""Pose estimation by MediaPipe Holistic: body, hands, face and mask at once, by networks that its wheel contains.

Frames are processed independently (static mode): on real clips this is more accurate than MediaPipe's tracking, and
temporal smoothing makes fast wrists worse. `tracking` follows one person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from preprocess.pose.observation import observe
from preprocess.pose.skeleton import (
    BODY,
    FACE,
    JOINTS,
    L_SHOULDER,
    L_WRIST,
    LEFT_HAND,
    NECK,
    R_SHOULDER,
    R_WRIST,
    RIGHT_HAND,
    VISIBLE,
)
from preprocess.pose.tracking import DetectFn, PersonDetection, measure_torso
from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.selfie import SegmentPeople, open_selfie, quiet_start, quiet_warnings
from preprocess.types import Clip, ClipPoint, Floats, Frame, Observation, Size

# The indices of the body joints among MediaPipe's 33 landmarks; the neck (None) is the mean of the shoulders.
BODY_LANDMARKS = (0, None, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
# The indices of the 68 face points (iBUG) among MediaPipe's 468 face landmarks.
JAW = (162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389)
BROWS = (71, 63, 105, 66, 107, 336, 296, 334, 293, 301)
FACE_NOSE = (168, 197, 5, 4, 75, 97, 2, 326, 305)
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
OUTER_LIPS = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)
INNER_LIPS = (78, 82, 13, 312, 308, 317, 14, 87)
FACE_LANDMARKS = (*JAW, *BROWS, *FACE_NOSE, *EYES, *OUTER_LIPS, *INNER_LIPS)

SELFIE_WEIGHT = 0.25  # of selfie segmentation in the mask: it is more accurate at some edges
MASK_THRESHOLD = 0.6
HAND_OFFSET = 0.2  # torso lengths: a hand this near to the wrist has score 1; from twice that distance on, 0


class HolisticEstimator:
    """A `PoseEstimator` without downloads; about 60 ms per frame of 512² on two cores."""

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        """Track the `person`, by default the largest one; the observation has joints and masks.

        `on_progress` gets the number of frames done. Gaps of at most five frames, and at most a quarter of a second,
        are interpolated; a warning names the frames of longer ones. InputError where no person is found.
        """
        with open_holistic() as detect:
            return observe(detect, clip, person, "mediapipe", on_progress)


@contextmanager
def open_holistic() -> Iterator[DetectFn]:
    """Open a detector of one person; the networks are freed at the end of the block."""
    with quiet_start():
        from mediapipe.python.solutions.holistic import Holistic

        graph = Holistic(static_image_mode=True, enable_segmentation=True)
        graph.process(np.zeros((64, 64, 3), np.uint8))  # loads the networks, which are lazy
    with graph, open_selfie() as segment_people:
        yield lambda image: _detect(graph, segment_people, image)


def _detect(graph: Any, segment_people: SegmentPeople, image: Frame) -> PersonDetection | None:
    with quiet_warnings():
        landmarks = graph.process(image)
    if landmarks.pose_landmarks is None or landmarks.segmentation_mask is None:
        return None
    keypoints, scores = _joints(landmarks, (image.shape[1], image.shape[0]))
    if scores.max() <= VISIBLE:
        return None
    probability = (1 - SELFIE_WEIGHT) * landmarks.segmentation_mask + SELFIE_WEIGHT * segment_people(image)
    return PersonDetection(keypoints, scores, probability > MASK_THRESHOLD)


def _joints(landmarks: Any, size: Size) -> tuple[Floats, Floats]:
    """All joints f32 [128, 2] and scores f32 [128]; face and hands have score 0 where they are not detected."""
    keypoints, scores = np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32)
    keypoints[BODY], scores[BODY] = _body(landmarks.pose_landmarks, size)
    torso = measure_torso(keypoints)
    for hand, wrist, hand_landmarks in (
        (LEFT_HAND, L_WRIST, landmarks.left_hand_landmarks),
        (RIGHT_HAND, R_WRIST, landmarks.right_hand_landmarks),
    ):
        if hand_landmarks is not None:
            keypoints[hand] = _pixels(hand_landmarks, size)
            scores[hand] = _hand_score(keypoints[hand][0], keypoints[wrist], torso)
    if landmarks.face_landmarks is not None:
        keypoints[FACE], scores[FACE] = _pixels(landmarks.face_landmarks, size)[list(FACE_LANDMARKS)], 1
    keypoints[scores == 0] = 0
    return keypoints, scores


def _pixels(landmarks: Any, size: Size) -> Floats:
    """Landmarks in pixels f32 [N, 2] with centres at integers; MediaPipe's coordinates are 0 and 1 at the edges."""
    fractions = np.array([(mark.x, mark.y) for mark in landmarks.landmark], np.float32)
    return fractions * np.array(size, np.float32) - np.float32(0.5)


def _body(landmarks: Any, size: Size) -> tuple[Floats, Floats]:
    """The 18 body joints f32 [18, 2] and their visibility f32 [18]."""
    order = [0 if index is None else index for index in BODY_LANDMARKS]
    joints = _pixels(landmarks, size)[order]
    scores = np.array([mark.visibility for mark in landmarks.landmark], np.float32)[order]
    joints[NECK] = (joints[R_SHOULDER] + joints[L_SHOULDER]) / 2
    scores[NECK] = min(scores[R_SHOULDER], scores[L_SHOULDER])
    return joints, scores


def _hand_score(root: Floats, wrist: Floats, torso: float) -> float:
    """1 for a hand whose root is near the body's wrist, falling to 0 with the distance."""
    distance = float(np.linalg.norm(root - wrist))
    return float(np.clip(2 - distance / max(HAND_OFFSET * torso, 1e-6), 0, 1))
