"""Measurements of the person of a clip: mask boxes, foot points, heights, and lengths along the body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from preprocess.pose.skeleton import (
    L_ANKLE,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    NECK,
    NOSE,
    R_ANKLE,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
    VISIBLE,
)
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence, Size

HIPS, KNEES, ANKLES = (R_HIP, L_HIP), (R_KNEE, L_KNEE), (R_ANKLE, L_ANKLE)

CUT_MARGIN = 0.01  # of the frame's height: a mask this near to the lower edge is cut by it
SOLE = 0.05  # of the length from neck to ankles: how far the ground is below the ankle
LENGTH_PERCENTILE = 90  # over the frames: foreshortening makes bones shorter, never longer


@dataclass(frozen=True)
class Person:
    """The person of a clip: the poses, and the boxes of the masks f32 [F, 4]: left, top, right, bottom.

    Boxes are in pixels, their edges half a pixel outside the outermost pixels; NaN where a mask is empty.
    """

    poses: PoseSequence
    boxes: Floats

    @classmethod
    def of(cls, poses: PoseSequence, masks: MaskSequence) -> Person:
        """The person with these poses and masks."""
        return cls(poses, np.stack([_box(mask) for mask in masks.masks]))

    @cached_property
    def visible_poses(self) -> PoseSequence:
        """The poses without joints outside the frame, whose estimates are unreliable."""
        return _inside(self.poses)

    @property
    def has_mask(self) -> Bools:
        """Frames whose mask is not empty, bool [F]."""
        return np.asarray(~np.isnan(self.boxes[:, 0]))

    @property
    def is_visible(self) -> Bools:
        """Frames with at least one visible body joint, bool [F]."""
        return np.asarray((self.visible_poses.body_scores > VISIBLE).any(axis=1))

    @property
    def heights(self) -> Floats:
        """Heights of the boxes, f32 [F]."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def feet(self) -> Floats:
        """Foot points, f32 [F, 2]: the midpoint of each box's lower edge."""
        return np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], axis=-1)

    @property
    def is_cut(self) -> bool:
        """Whether the frame's lower edge cuts the person in most frames."""
        edge = (1 - CUT_MARGIN) * self.poses.size[1] - 0.5
        return bool(np.median(self.boxes[self.has_mask, 3] >= edge) > 0.5)

    @property
    def raises_arms(self) -> Bools:
        """Frames in which a wrist is above the nose, bool [F]."""
        wrists = visible_joints(self.visible_poses, R_WRIST, L_WRIST)[..., 1]
        return np.asarray((wrists < visible_joints(self.visible_poses, NOSE)[..., 1]).any(axis=1))

    @property
    def visible_height(self) -> float:
        """The median box height, without frames with raised arms unless all have them."""
        usable = self.has_mask & ~self.raises_arms
        return float(np.median(self.heights[usable if usable.any() else self.has_mask]))

    @property
    def lengths(self) -> tuple[float, float, float, float]:
        """From neck to ankles, knees and hips along the body, and the shoulders; NaN where no frame shows it."""
        torsos, thighs, shins = self._torsos(), self._legs(HIPS, KNEES), self._legs(KNEES, ANKLES)
        shoulders = np.linalg.norm(
            np.diff(visible_joints(self.visible_poses, R_SHOULDER, L_SHOULDER), axis=1)[:, 0], axis=-1
        )
        return (
            typical_length(torsos + thighs + shins),
            typical_length(torsos + thighs),
            typical_length(torsos),
            typical_length(shoulders),
        )

    @property
    def ground(self) -> Floats:
        """The ground point f32 [2]: below the ankles, or the mask's lower edge where few frames show the ankles."""
        foot: Floats = np.median(self.feet[self.has_mask], axis=0)
        ankles = lower_ankle(self.visible_poses.keypoints, self.visible_poses.scores)
        if np.isnan(ankles).mean() < 0.5 and np.isfinite(stature := self.lengths[0]):
            foot[1] = np.nanmedian(ankles) + SOLE * stature
        return foot

    @property
    def neck(self) -> float:
        """The median row of the neck; NaN where no frame shows it."""
        rows = visible_joints(self.visible_poses, NECK)[:, 0, 1]
        return float(np.median(rows[~np.isnan(rows)])) if not np.isnan(rows).all() else float("nan")

    def _torsos(self) -> Floats:
        hips = visible_joints(self.visible_poses, *HIPS).mean(axis=1)
        lengths: Floats = np.linalg.norm(visible_joints(self.visible_poses, NECK)[:, 0] - hips, axis=-1)
        return lengths

    def _legs(self, starts: tuple[int, int], ends: tuple[int, int]) -> Floats:
        """The mean length of a bone of both legs, f32 [F]."""
        parts: Floats = visible_joints(self.visible_poses, *ends) - visible_joints(self.visible_poses, *starts)
        return np.asarray(np.linalg.norm(parts, axis=-1).mean(axis=1))


def visible_joints(poses: PoseSequence, *indices: int) -> Floats:
    """Body joints f32 [F, N, 2], NaN where not visible."""
    seen = poses.body_scores[:, indices] > VISIBLE
    return np.where(seen[..., None], poses.body[:, indices], np.nan).astype(np.float32)


def _inside(poses: PoseSequence) -> PoseSequence:
    """The poses without the joints outside the frame."""
    seen = is_inside(poses.keypoints, poses.size)
    return replace(poses, scores=np.where(seen, poses.scores, 0).astype(np.float32), drawings=None)


def is_inside(points: Floats, size: Size) -> Bools:
    """Which points f32 [..., 2] lie inside a frame of `size`, bool [...]."""
    return np.asarray(((points >= -0.5) & (points <= np.array(size) - 0.5)).all(axis=-1))


def typical_length(lengths: Floats) -> float:
    """The robust maximum of the lengths f32 [F] of a bone, which are NaN where it is not visible; NaN if all are."""
    known = lengths[~np.isnan(lengths)]
    return float(np.percentile(known, LENGTH_PERCENTILE)) if len(known) else float("nan")


def _box(mask: Bools) -> Floats:
    """The bounding box of a mask bool [H, W], f32 [4]; NaN where it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.full(4, np.nan, np.float32)
    return np.array([columns[0] - 0.5, rows[0] - 0.5, columns[-1] + 0.5, rows[-1] + 0.5], np.float32)


def lower_ankle(keypoints: Floats, scores: Floats) -> Floats:
    """The row of the lower visible ankle, f32 [F]; NaN where neither is visible."""
    seen = scores[:, ANKLES] > VISIBLE
    rows = np.where(seen, keypoints[:, ANKLES, 1], -np.inf).max(axis=1)
    return np.where(seen.any(axis=1), rows, np.nan).astype(np.float32)


def interpolate_gaps(values: Floats) -> Floats:
    """Values f32 [F] or [F, N] with NaN frames interpolated linearly; zeros where all are NaN."""
    if values.ndim > 1:
        return np.stack([interpolate_gaps(column) for column in values.T], axis=-1)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    return np.interp(np.arange(len(values)), known, values[known]).astype(np.float32)
