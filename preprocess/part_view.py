"""One frame's person as it is cut into parts: a reduced picture, and how far its pixels are from each part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.body_parts import Build, Pose
from preprocess.part_distance import part_distances
from preprocess.types import Bools, Floats

SIZE = 256  # pixels are given to parts on a picture reduced to this long side


@dataclass(frozen=True)
class PartView:
    """A picture uint8 [h, w, 3], the person in it, bool [h, w], and the distances from their parts, f32 [10, h, w]."""

    picture: np.ndarray
    person: Bools
    distances: Floats

    @classmethod
    def of(cls, picture: np.ndarray, mask: Bools, pose: Pose, build: Build) -> PartView:
        """Reduce a frame, uint8 [H, W, 3] and bool [H, W]."""
        distances = part_distances(pose, build, mask.shape, min(1.0, SIZE / max(mask.shape)))
        size = distances.shape[2], distances.shape[1]
        person = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        return cls(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.asarray(person), distances)
