"""Measures of one clip's person: boxes, foot points, heights, body lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preprocess.skeleton import (
    L_ANKLE,
    L_HIP,
    L_KNEE,
    L_WRIST,
    NECK,
    NOSE,
    R_ANKLE,
    R_HIP,
    R_KNEE,
    R_WRIST,
    SEEN,
)
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence

CUT_MARGIN = 0.01  # of the picture's height: a mask this near the lower edge goes on below it
UPRIGHT = 90  # percentile over the frames: limbs only look shorter than they are, never longer


@dataclass(frozen=True)
class Person:
    """A clip's person: the poses, and the masks' boxes f32 [F, 4] left, top, right, bottom.

    Boxes are in pixels, their edges half a pixel outside the outermost pixels; NaN where a mask is empty.
    """

    poses: PoseSequence
    boxes: Floats

    @classmethod
    def of(cls, poses: PoseSequence, masks: MaskSequence) -> Person:
        """The person with these poses and masks."""
        return cls(poses, np.stack([_box(mask) for mask in masks.masks]))

    @property
    def has_mask(self) -> Bools:
        """Frames whose mask is not empty, bool [F]."""
        return np.asarray(~np.isnan(self.boxes[:, 0]))

    @property
    def is_seen(self) -> Bools:
        """Frames with at least one believed body joint, bool [F]."""
        return np.asarray((self.poses.body_scores > SEEN).any(axis=1))

    @property
    def heights(self) -> Floats:
        """Heights of the boxes, f32 [F]."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def feet(self) -> Floats:
        """Foot points, f32 [F, 2]: the middle of each box's lower edge."""
        return np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], axis=-1)

    @property
    def is_cut(self) -> bool:
        """Whether the picture's lower edge cuts the person in most frames."""
        edge = (1 - CUT_MARGIN) * self.poses.size[1] - 0.5
        return bool(np.median(self.boxes[self.has_mask, 3] >= edge) > 0.5)

    @property
    def raises_arms(self) -> Bools:
        """Frames in which a wrist is above the nose, bool [F]."""
        wrists = believed(self.poses, R_WRIST, L_WRIST)[..., 1]
        return np.asarray((wrists < believed(self.poses, NOSE)[..., 1]).any(axis=1))

    @property
    def visible_height(self) -> float:
        """The median box height, of the frames without raised arms where there are such."""
        usable = self.has_mask & ~self.raises_arms
        return float(np.median(self.heights[usable if usable.any() else self.has_mask]))

    @property
    def stature(self) -> float:
        """Neck to ankle along the body, whatever the pose; NaN where no frame shows all of it."""
        legs = [[self._distances(hip, knee), self._distances(knee, ankle)] for hip, knee, ankle in _LEGS]
        return _upright(self._torsos() + np.sum(legs, axis=1).mean(axis=0))

    @property
    def torso(self) -> float:
        """Neck to the middle of the hips; NaN where no frame shows it."""
        return _upright(self._torsos())

    def _torsos(self) -> Floats:
        hips = believed(self.poses, R_HIP, L_HIP).mean(axis=1)
        lengths: Floats = np.linalg.norm(believed(self.poses, NECK)[:, 0] - hips, axis=-1)
        return lengths

    def _distances(self, start: int, end: int) -> Floats:
        lengths: Floats = np.linalg.norm(believed(self.poses, start)[:, 0] - believed(self.poses, end)[:, 0], axis=-1)
        return lengths


_LEGS = ((R_HIP, R_KNEE, R_ANKLE), (L_HIP, L_KNEE, L_ANKLE))


def believed(poses: PoseSequence, *indices: int) -> Floats:
    """The body joints f32 [F, N, 2], NaN where not believed."""
    seen = poses.body_scores[:, indices] > SEEN
    return np.where(seen[..., None], poses.body[:, indices], np.nan).astype(np.float32)


def _upright(lengths: Floats) -> float:
    known = lengths[~np.isnan(lengths)]
    return float(np.percentile(known, UPRIGHT)) if len(known) else float("nan")


def _box(mask: Bools) -> Floats:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.full(4, np.nan, np.float32)
    return np.array([columns[0] - 0.5, rows[0] - 0.5, columns[-1] + 0.5, rows[-1] + 0.5], np.float32)
