"""SimCC (arXiv 2107.03332): joint positions as a classification along each axis of a crop of the person."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.types import Floats, Frame, Size

MEAN = np.array((123.675, 116.28, 103.53), np.float32)
STD = np.array((58.395, 57.12, 57.375), np.float32)
PADDING = 1.25  # factor by which a person's box is enlarged
SPLIT_RATIO = 2  # classes per pixel


@dataclass(frozen=True)
class PersonCrop:
    """A rectangle of an image, resampled to `size`: its `centre` and `extent` in the image's pixels."""

    centre: Floats
    extent: Floats
    size: Size

    @classmethod
    def around(cls, box: Floats, size: Size) -> PersonCrop:
        """The box f32 [4] (left, top, right, bottom) with a margin, widened to the aspect of `size`."""
        width, height = (box[2:] - box[:2]) * PADDING
        aspect = size[0] / size[1]
        extent = np.array((max(width, height * aspect), max(height, width / aspect)), np.float32)
        return cls(np.asarray((box[:2] + box[2:]) / 2, np.float32), extent, size)

    def input(self, image: Frame) -> Floats:
        """The network's input f32 [1, 3, h, w] from an image uint8 [H, W, 3] RGB.

        The channels are BGR but normalised with RGB statistics, as in all implementations that use these weights.
        """
        scale = self.size[0] / self.extent[0]
        shift = np.array(self.size) / 2 - scale * self.centre
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
        crop = cv2.warpAffine(np.ascontiguousarray(image[..., ::-1]), matrix, self.size, flags=cv2.INTER_LINEAR)
        return np.asarray(((crop - MEAN) / STD).transpose(2, 0, 1)[None], np.float32)

    def joints(self, along_x: Floats, along_y: Floats) -> tuple[Floats, Floats]:
        """Joints f32 [K, 2] in the image's pixels and their scores f32 [K] in [0, 1].

        `along_x` f32 [K, 2·w] and `along_y` f32 [K, 2·h] are the network's scores of each half pixel.
        """
        positions = np.stack([along_x.argmax(axis=1), along_y.argmax(axis=1)], axis=1) / SPLIT_RATIO
        scores = (along_x.max(axis=1) + along_y.max(axis=1)) / 2
        keypoints = positions / np.array(self.size) * self.extent + self.centre - self.extent / 2
        return keypoints.astype(np.float32), scores.clip(0, 1).astype(np.float32)
