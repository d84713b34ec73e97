"""A placement: how large the target's person becomes and where the feet stand, and the maps that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from preprocess.align.bone_lengths import BoneLengths
from preprocess.align.person import SOLE, Person
from preprocess.types import Floats, Size


@dataclass(frozen=True)
class ManualAlignment:
    """What a person sets by hand on top of any mode.

    `scale` enlarges the person about the foot point; `x` and `y` move the person right and down, in pixels of
    the source; `foot_line` is the row of the source picture on which the feet stand, 0 where the mode decides.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    foot_line: float = 0.0


@dataclass(frozen=True)
class Placement:
    """The target's person in the source picture, frame by frame.

    The foot points `feet` f32 [F, 2] of the target, in its pixels, come to `places` f32 [F, 2] in the source's;
    around them everything is scaled by `scales` f32 [F], pixels of the source per pixel of the target.
    """

    scales: Floats
    feet: Floats
    places: Floats

    def transforms(self) -> Floats:
        """The affine maps f32 [F, 2, 3] from the target's pixels to the source's."""
        linear = self.scales[:, None, None] * np.eye(2, dtype=np.float32)
        offsets = self.places - self.scales[:, None] * self.feet
        return np.concatenate([linear, offsets[..., None]], axis=-1).astype(np.float32)

    def adjusted(self, manual: ManualAlignment) -> Placement:
        """The placement with the settings made by hand."""
        places = self.places + np.array([manual.x, manual.y], np.float32)
        if manual.foot_line:
            places[:, 1] += manual.foot_line - np.median(self.places[:, 1])
        return replace(self, scales=self.scales * np.float32(manual.scale), places=places)


def fit_factor(target: Size, source: Size) -> float:
    """The factor at which a target picture just fits into a source picture."""
    return min(source[0] / target[0], source[1] / target[1])


def fit_points(points: Floats, target: Size, source: Size) -> Floats:
    """Pixels [..., 2] of the target in the source picture: letterboxed, one scale for both axes, centred."""
    factor = fit_factor(target, source)
    margin = (np.array(source) - factor * np.array(target)) / 2
    fitted: Floats = ((points + 0.5) * factor + margin - 0.5).astype(np.float32)
    return fitted


ALIKE = 1.1  # two measures of a scale that differ by less mean the same


def place_unaligned(source: Person, target: Person) -> Placement:
    """Mode `none`: the target's picture letterboxed into the source's, nothing else."""
    width, height = target.poses.size
    middle = np.array([(width - 1) / 2, height - 0.5], np.float32)
    foot = np.median(target.feet[target.has_mask], axis=0) if target.has_mask.any() else middle
    return _steady(source, target, fit_factor(target.poses.size, source.poses.size), foot)


def place_official(source: Person, target: Person) -> Placement:
    """Mode `official`, the rule of the released aligned poses: frame by frame, by the masks' boxes.

    The target's box becomes as high as the source's box of the same frame; its foot point stays where it is
    in the (letterboxed) target picture. Frames without a mask are interpolated from their neighbours.
    """
    scales = _filled(source.heights / target.heights)
    feet = _filled(target.feet)
    return Placement(scales, feet, fit_points(feet, target.poses.size, source.poses.size))


def place_similarity(source: Person, target: Person) -> Placement:
    """Mode `similarity`: one scale and one foot point for the whole clip, so that nothing jitters or slides.

    The scale is the ratio of the two persons' lengths along the body, as far down as both are seen (see `_ratio`).
    The foot point, the ground under the target's feet, stays where it is in the (letterboxed) target picture, as
    the official rule has it. Where the lower edge of only one picture cuts a person, or of both at different parts
    of the body, the neck comes to the source's height instead.
    """
    scale = _ratio(source, target)
    placement = _steady(source, target, scale, target.ground)
    ends_alike = source.is_cut == target.is_cut and (not source.is_cut or scale == _visible_ratio(source, target))
    return placement if ends_alike else _at_neck_height(source, target, placement)


def place_by_lengths(source: Person, target: Person, ours: BoneLengths, theirs: BoneLengths) -> Placement:
    """Mode `bones`: as `similarity`, but by the lengths that were read from the two clips.

    They tell where the ground is under feet that the picture's lower edge cuts off.
    """
    ground = target.ground
    if target.is_cut and np.isfinite(target.neck):
        ground = np.array([ground[0], target.neck + theirs.drop + SOLE * theirs.stature], np.float32)
    placement = _steady(source, target, ours.stature / theirs.stature, ground)
    return placement if source.is_cut == target.is_cut else _at_neck_height(source, target, placement)


def _ratio(source: Person, target: Person) -> float:
    """How much larger the source's person is.

    By the longest stretch of the body that both clips show: to the feet, to the knees, to the hips. Where the
    lower edge cuts both at the same part of the body their visible heights, frames with raised arms left out, are
    the steadier measure: then both end at that edge, and close-ups that fill the picture get a scale near 1.
    """
    visible = _visible_ratio(source, target)
    ratios = [ours / theirs for ours, theirs in zip(source.lengths, target.lengths, strict=True)]
    along = next((ratio for ratio in ratios if np.isfinite(ratio)), visible)
    are_cut_alike = source.is_cut and target.is_cut and max(along / visible, visible / along) < ALIKE
    return visible if are_cut_alike else along


def _visible_ratio(source: Person, target: Person) -> float:
    return source.visible_height / target.visible_height


def _steady(source: Person, target: Person, scale: float, foot: Floats) -> Placement:
    """The same in every frame; the foot point stays where the letterboxed target picture has it."""
    count = len(target.poses)
    feet = np.tile(foot, (count, 1)).astype(np.float32)
    places = fit_points(feet, target.poses.size, source.poses.size)
    return Placement(np.full(count, scale, np.float32), feet, places)


def _at_neck_height(source: Person, target: Person, placement: Placement) -> Placement:
    """The placement moved up or down until the necks are at the same height, where both are seen."""
    neck = placement.places[0, 1] + placement.scales[0] * (target.neck - placement.feet[0, 1])
    if not np.isfinite(source.neck - neck):
        return placement
    return placement.adjusted(ManualAlignment(y=source.neck - neck))


def _filled(values: Floats) -> Floats:
    """Values f32 [F] or [F, 2] with NaN frames interpolated from their neighbours."""
    columns = values.reshape(len(values), -1)
    known = np.flatnonzero(~np.isnan(columns).any(axis=1))
    filled = [np.interp(np.arange(len(values)), known, column[known]) for column in columns.T]
    return np.stack(filled, axis=-1).reshape(values.shape).astype(np.float32)
