"""Placement: the scale and foot position of the target's person in the source frame, by each alignment mode."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from preprocess.align.bone_lengths import BoneLengths
from preprocess.align.person import SOLE, Person, interpolate_gaps
from preprocess.types import Floats, Size

SIMILAR = 1.1  # ratios that differ by less than this factor count as equal


@dataclass(frozen=True)
class ManualAlignment:
    """A manual adjustment on top of any mode.

    `scale` enlarges the person about the foot point; `x` and `y` move the person right and down, in pixels of the
    source; `foot_line` is the row of the source frame on which the feet stand; 0 keeps that of the mode.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    foot_line: float = 0.0


@dataclass(frozen=True)
class Placement:
    """The transform of the target's person into the source frame, frame by frame.

    The target's foot points `feet` f32 [F, 2] move to `positions` f32 [F, 2] in source pixels; everything is scaled
    about them by `scales` f32 [F], source pixels per target pixel.
    """

    scales: Floats
    feet: Floats
    positions: Floats

    def transforms(self) -> Floats:
        """The affine maps f32 [F, 2, 3] from the target's pixels to the source's."""
        linear = self.scales[:, None, None] * np.eye(2, dtype=np.float32)
        offsets = self.positions - self.scales[:, None] * self.feet
        return np.concatenate([linear, offsets[..., None]], axis=-1).astype(np.float32)

    def adjusted(self, manual: ManualAlignment) -> Placement:
        """The placement with a manual adjustment applied."""
        positions = self.positions + np.array([manual.x, manual.y], np.float32)
        if manual.foot_line:
            positions[:, 1] += manual.foot_line - np.median(self.positions[:, 1])
        return replace(self, scales=self.scales * np.float32(manual.scale), positions=positions)


def fit_factor(target: Size, source: Size) -> float:
    """The factor that fits a target frame into a source frame."""
    return min(source[0] / target[0], source[1] / target[1])


def fit_points(points: Floats, target: Size, source: Size) -> Floats:
    """Target pixels [..., 2] in the source frame: letterboxed, one scale for both axes, centred."""
    factor = fit_factor(target, source)
    margin = (np.array(source) - factor * np.array(target)) / 2
    fitted: Floats = ((points + 0.5) * factor + margin - 0.5).astype(np.float32)
    return fitted


def place_unaligned(source: Person, target: Person) -> Placement:
    """Mode `none`: the target's frame letterboxed into the source's."""
    width, height = target.poses.size
    bottom = np.array([(width - 1) / 2, height - 0.5], np.float32)
    foot = np.median(target.feet[target.has_mask], axis=0) if target.has_mask.any() else bottom
    return _constant(source, target, fit_factor(target.poses.size, source.poses.size), foot)


def place_official(source: Person, target: Person) -> Placement:
    """Mode `official`, the rule of the released aligned poses: frame by frame, by the masks' boxes.

    The target's box is scaled to the height of the source's box of the same frame; its foot point keeps its position
    in the letterboxed target frame. Frames without a mask are interpolated from their neighbours.
    """
    scales = interpolate_gaps(source.heights / target.heights)
    feet = interpolate_gaps(target.feet)
    return Placement(scales, feet, fit_points(feet, target.poses.size, source.poses.size))


def place_similarity(source: Person, target: Person) -> Placement:
    """Mode `similarity`: one scale and one foot point for the whole clip, so that nothing jitters or slides.

    The scale is the ratio of both people's lengths along the body, as far down as both are visible (see
    `_scale_ratio`). The foot point, on the ground below the target's feet, keeps its position in the letterboxed
    target frame, as in the official rule. Where the lower edge cuts only one person, or both at different parts of
    the body, the neck is placed at the source's height instead.
    """
    scale = _scale_ratio(source, target)
    placement = _constant(source, target, scale, target.ground)
    ends_alike = source.is_cut == target.is_cut and (not source.is_cut or scale == _visible_ratio(source, target))
    return placement if ends_alike else _at_neck_height(source, target, placement)


def place_by_lengths(
    source: Person, target: Person, source_lengths: BoneLengths, target_lengths: BoneLengths
) -> Placement:
    """Mode `bones`: as `similarity`, but by the bone lengths estimated from the two clips.

    They also give the ground position below feet that the frame's lower edge cuts off.
    """
    ground = target.ground
    if target.is_cut and np.isfinite(target.neck):
        ground = np.array([ground[0], target.neck + target_lengths.drop + SOLE * target_lengths.stature], np.float32)
    placement = _constant(source, target, source_lengths.stature / target_lengths.stature, ground)
    return placement if source.is_cut == target.is_cut else _at_neck_height(source, target, placement)


def _scale_ratio(source: Person, target: Person) -> float:
    """The ratio of the source person's size to the target's.

    It compares the longest section of the body that both clips show: from the neck to the feet, knees or hips. Where
    the lower edge cuts both at the same part of the body, their visible heights without frames with raised arms are
    more stable: then both end at that edge, and close-ups that fill the frame get a scale near 1.
    """
    visible = _visible_ratio(source, target)
    ratios = [of_source / of_target for of_source, of_target in zip(source.lengths, target.lengths, strict=True)]
    along = next((ratio for ratio in ratios if np.isfinite(ratio)), visible)
    are_cut_alike = source.is_cut and target.is_cut and max(along / visible, visible / along) < SIMILAR
    return visible if are_cut_alike else along


def _visible_ratio(source: Person, target: Person) -> float:
    return source.visible_height / target.visible_height


def _constant(source: Person, target: Person, scale: float, foot: Floats) -> Placement:
    """A constant placement that keeps the foot point's position in the letterboxed target frame."""
    count = len(target.poses)
    feet = np.tile(foot, (count, 1)).astype(np.float32)
    positions = fit_points(feet, target.poses.size, source.poses.size)
    return Placement(np.full(count, scale, np.float32), feet, positions)


def _at_neck_height(source: Person, target: Person, placement: Placement) -> Placement:
    """The placement shifted vertically so that the necks are at the same height, where both are visible."""
    neck = placement.positions[0, 1] + placement.scales[0] * (target.neck - placement.feet[0, 1])
    if not np.isfinite(source.neck - neck):
        return placement
    return placement.adjusted(ManualAlignment(y=source.neck - neck))
