"""Pose estimation by DWPose (arXiv 2307.15880): a YOLOX detector and a whole-body network, on onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from preprocess.pose.observation import observe
from preprocess.pose.simcc import PersonCrop
from preprocess.pose.skeleton import BODY, FACE, JOINTS, L_SHOULDER, LEFT_HAND, NECK, R_SHOULDER, RIGHT_HAND, VISIBLE
from preprocess.pose.tracking import PersonDetection
from preprocess.pose.yolox import decode_people, letterbox
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Clip, ClipPoint, Floats, Frame, InputError, Observation

# The indices of our joints among the 133 of COCO-WholeBody; the neck (None) is the mean of the shoulders.
BODY_INDICES = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
FACE_INDICES = slice(23, 91)
LEFT_HAND_INDICES = slice(91, 112)
RIGHT_HAND_INDICES = slice(112, 133)

PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


class DWPoseEstimator:
    """A `PoseEstimator` from two ONNX files, on the GPU where onnxruntime can use it.

    InputError where a file can't be loaded as such a network.
    """

    def __init__(self, detector: Path, pose: Path) -> None:
        self._detector = _open(detector, outputs=1)
        self._pose = _open(pose, outputs=2)

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        """Track the `person`, by default the largest one; the observation has joints and no masks.

        `on_progress` gets the number of frames done. InputError where no person is found.
        """
        return observe(self.detect, clip, person, None, on_progress)

    def detect(self, image: Frame) -> PersonDetection | None:
        """Detect the largest person in an image uint8 [H, W, 3]; the mask is empty, as DWPose does not segment."""
        boxes = self._boxes(image)
        if not len(boxes):
            return None
        largest = boxes[(boxes[:, 2:] - boxes[:, :2]).prod(axis=1).argmax()]
        keypoints, scores = self._joints(image, largest)
        return PersonDetection(keypoints, scores, np.zeros(image.shape[:2], bool)) if scores.max() > VISIBLE else None

    def _boxes(self, image: Frame) -> Floats:
        size = _input_shape(self._detector)[0]
        pixels, scale = letterbox(image, size)
        (output,) = _run(self._detector, pixels)
        return decode_people(output[0], size, scale)

    def _joints(self, image: Frame, box: Floats) -> tuple[Floats, Floats]:
        height, width = _input_shape(self._pose)
        crop = PersonCrop.around(box, (width, height))
        along_x, along_y = _run(self._pose, crop.input(image))
        return from_wholebody(*crop.joints(along_x[0], along_y[0]))


def from_wholebody(positions: Floats, confidences: Floats) -> tuple[Floats, Floats]:
    """Our joints f32 [128, 2] and scores f32 [128] from COCO-WholeBody's, f32 [133, 2] and f32 [133]."""
    keypoints, scores = np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32)
    order = [0 if index is None else index for index in BODY_INDICES]
    parts = (BODY, order), (FACE, FACE_INDICES), (LEFT_HAND, LEFT_HAND_INDICES), (RIGHT_HAND, RIGHT_HAND_INDICES)
    for joints, indices in parts:
        keypoints[joints], scores[joints] = positions[indices], confidences[indices]
    keypoints[NECK] = (keypoints[R_SHOULDER] + keypoints[L_SHOULDER]) / 2
    scores[NECK] = min(scores[R_SHOULDER], scores[L_SHOULDER])
    keypoints[scores == 0] = 0
    return keypoints, scores


def _open(path: Path, outputs: int) -> Any:
    """The session of a network that has this number of outputs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only: it warns of every operator that runs on the CPU
    providers = [name for name in PROVIDERS if name in onnxruntime.get_available_providers()]
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # onnxruntime raises many types; any of them means a bad file
        raise InputError(f"{path} can't be read as an ONNX network: it is missing or damaged. Get it again.") from error
    if len(session.get_outputs()) != outputs:
        raise InputError(f"{path} is a different network: it has {len(session.get_outputs())} outputs, not {outputs}.")
    return session


def _input_shape(session: Any) -> tuple[int, int]:
    """The height and width of a network's input."""
    height, width = session.get_inputs()[0].shape[2:]
    return int(height), int(width)


def _run(session: Any, pixels: Floats) -> Sequence[Floats]:
    outputs: Sequence[Floats] = session.run(None, {session.get_inputs()[0].name: pixels})
    return outputs
