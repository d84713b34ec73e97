"""Limb profiles: the shape of a person as occupancy probabilities around each bone.

Every pixel belongs to its nearest bone and has bone coordinates: `along` (0 at its start, 1 at its end) and `across`.
Over the frames of a clip, the masks give the frequency with which pixels at such coordinates are the person: the
limb's profile, including hair, skirt and sleeves. Around the bones of another pose it predicts the person's outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from preprocess.pose.skeleton import LIMBS, VISIBLE
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence, Size

BONES = np.array(LIMBS[:13])  # without those of the face
HEAD = 12  # index of the bone from neck to nose
MIRROR = [1, 0, 4, 5, 2, 3, 9, 10, 11, 6, 7, 8, 12]  # each bone's counterpart on the other side
TOP_OF_HEAD = 1.6  # lengths of the bone HEAD from its start to the top of the head, for distances

ALONG = (-0.75, 2.25)  # the range of `along` that the bins resolve
REACH = 0.2  # of the person's height: the bins resolve `across` up to it on both sides
BINS = (30, 40)  # number along and across
PRIOR_COUNT = 20.0  # pixels of the uniform prior in each bin
GRID = 100  # samples along the frame's longer side
MAX_PROBABILITY = 0.98  # of a bin being person, or background

Bins = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class LimbProfiles:
    """The probability that a point around a bone is the person, f32 [13, along, across]; `reach` is in pixels."""

    occupancy: Floats
    reach: float

    @classmethod
    def measure(cls, poses: PoseSequence, masks: MaskSequence) -> LimbProfiles:
        """Measure the profiles over a clip's poses and masks, assuming that both sides of the body are mirror images.

        Bins that no frame shows have probability 0.5.
        """
        reach = REACH * _height(masks)
        person, total = np.zeros((2, len(BONES), *BINS), np.float32)
        points, step = _grid(poses.size)
        for body, scores, mask in zip(poses.body, poses.body_scores, masks.masks, strict=True):
            bins = _locate(points, body, scores, reach)
            if bins is not None and mask.any():
                total += _count(bins)
                person += _count(bins, mask[step // 2 :: step, step // 2 :: step])
        person, total = (_smooth(counts + counts[MIRROR, :, ::-1]) for counts in (person, total))
        return cls((person + PRIOR_COUNT / 2) / (total + PRIOR_COUNT), reach)

    def log_odds(self, body: Floats, scores: Floats, size: Size) -> Floats:
        """The log-odds f32 [H, W] that each pixel is the person in a pose, f32 [18, 2]; 0 without a visible bone."""
        points, step = _grid(size)
        bins = _locate(points, body, scores, self.reach)
        if bins is None:
            return np.zeros(size[::-1], np.float32)
        probability = np.clip(cv2.GaussianBlur(self.occupancy[bins], (0, 0), 1), 1 - MAX_PROBABILITY, MAX_PROBABILITY)
        return _enlarge(np.log(probability / (1 - probability)), step, size)


def _height(masks: MaskSequence) -> float:
    """The median height of the non-empty masks; the frame's height where all are empty."""
    heights = [np.ptp(np.flatnonzero(rows)) + 1 for rows in np.asarray(masks.masks.any(axis=2)) if rows.any()]
    return float(np.median(heights)) if heights else float(masks.size[1])


def _grid(size: Size) -> tuple[Floats, int]:
    """Sample points f32 [h, w, 2] at the centres of squares, and the side of a square in pixels."""
    step = max(1, max(size) // GRID)
    columns, rows = (np.arange(step // 2, side, step) for side in size)
    return np.stack(np.meshgrid(columns, rows), axis=-1).astype(np.float32), step


def _enlarge(samples: Floats, step: int, size: Size) -> Floats:
    """Interpolate values f32 [h, w] at the sample points to a frame of `size`."""
    matrix = np.array([[step, 0, step // 2], [0, step, step // 2]], np.float32)
    enlarged: Floats = cv2.warpAffine(samples, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return enlarged


def _locate(points: Floats, body: Floats, scores: Floats, reach: float) -> Bins | None:
    """Each point's nearest bone and its bins along and across, each [h, w]; None without a visible bone."""
    bones = np.flatnonzero((scores[BONES] > VISIBLE).all(axis=1))
    if not len(bones):
        return None
    along, across, length = _bone_coordinates(points, body[BONES[bones]])
    ends = np.where(bones == HEAD, TOP_OF_HEAD, 1.0).astype(np.float32)
    distance = np.hypot((along - np.clip(along, 0, ends)) * length, across)
    nearest = distance.argmin(axis=-1)[..., None]
    along, across = (np.take_along_axis(part, nearest, axis=-1)[..., 0] for part in (along, across))
    return bones[nearest[..., 0]], _bin(along, *ALONG, BINS[0]), _bin(across, -reach, reach, BINS[1])


def _bone_coordinates(points: Floats, bones: Floats) -> tuple[Floats, Floats, Floats]:
    """Coordinates [h, w, B] along (in bone lengths) and across (in pixels) bones f32 [B, 2, 2], and lengths [B]."""
    directions = bones[:, 1] - bones[:, 0]
    lengths = np.maximum(np.linalg.norm(directions, axis=-1), 1)
    units = directions / lengths[:, None]
    normals = np.stack([-units[:, 1], units[:, 0]], axis=-1)
    along = (points @ units.T - (bones[:, 0] * units).sum(axis=-1)) / lengths
    across = points @ normals.T - (bones[:, 0] * normals).sum(axis=-1)
    return along, across, lengths


def _bin(values: Floats, low: float, high: float, count: int) -> NDArray[np.intp]:
    return np.asarray(np.clip((values - low) / (high - low) * count, 0, count - 1), np.intp)


def _count(bins: Bins, chosen: Bools | None = None) -> Floats:
    """The number of the (chosen) points in each bin, f32 [13, along, across]."""
    shape = (len(BONES), *BINS)
    flat = np.ravel_multi_index(bins, shape)
    counts = np.bincount(flat.ravel() if chosen is None else flat[chosen], minlength=int(np.prod(shape)))
    return counts.reshape(shape).astype(np.float32)


def _smooth(counts: Floats) -> Floats:
    return np.stack([cv2.GaussianBlur(bone, (0, 0), 1) for bone in counts])
