"""The modes' rules: how large the target's person becomes and where the feet stand."""

from __future__ import annotations

import numpy as np

from preprocess.align.person import Person, believed
from preprocess.align.placement import ManualAlignment, Placement, fit_factor, fit_points
from preprocess.skeleton import NECK
from preprocess.types import Floats


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

    The scale is the ratio of the two persons'

    - statures by their joints, where the pictures show both down to the feet;
    - visible heights by their masks, frames with raised arms left out, where the lower edge cuts both:
      both then end at that edge, and close-ups that fill the picture get a scale near 1;
    - torsos, where it cuts only one of them: their heights say nothing then.

    The foot point, the median of the masks' bottom-centres, stays where it is in the (letterboxed) target
    picture, as the official rule has it; where one person is cut, the neck comes to the source's height instead.
    """
    foot: Floats = np.median(target.feet[target.has_mask], axis=0)
    if source.is_cut != target.is_cut:
        scale = _ratio(source.torso, target.torso, source, target)
        return _at_neck_height(source, target, _steady(source, target, scale, foot))
    statures = (float("nan"), float("nan")) if source.is_cut else (source.stature, target.stature)
    return _steady(source, target, _ratio(*statures, source, target), foot)


def _ratio(of_source: float, of_target: float, source: Person, target: Person) -> float:
    """The ratio of two lengths, or of the visible heights where a length is unknown."""
    ratio = of_source / of_target if of_target > 0 else float("nan")
    return ratio if np.isfinite(ratio) and ratio > 0 else source.visible_height / target.visible_height


def _steady(source: Person, target: Person, scale: float, foot: Floats) -> Placement:
    """The same in every frame; the foot point stays where the letterboxed target picture has it."""
    count = len(target.poses)
    feet = np.tile(foot, (count, 1)).astype(np.float32)
    places = fit_points(feet, target.poses.size, source.poses.size)
    return Placement(np.full(count, scale, np.float32), feet, places)


def _at_neck_height(source: Person, target: Person, placement: Placement) -> Placement:
    """The placement moved up or down until the necks are at the same height, where both are seen."""
    wanted, given = (_median_seen(believed(person.poses, NECK)[:, 0, 1]) for person in (source, target))
    neck = placement.places[0, 1] + placement.scales[0] * (given - placement.feet[0, 1])
    if not np.isfinite(wanted - neck):
        return placement
    return placement.adjusted(ManualAlignment(y=wanted - neck))


def _median_seen(values: Floats) -> float:
    seen = values[~np.isnan(values)]
    return float(np.median(seen)) if len(seen) else float("nan")


def _filled(values: Floats) -> Floats:
    """Values f32 [F] or [F, 2] with NaN frames interpolated from their neighbours."""
    columns = values.reshape(len(values), -1)
    known = np.flatnonzero(~np.isnan(columns).any(axis=1))
    filled = [np.interp(np.arange(len(values)), known, column[known]) for column in columns.T]
    return np.stack(filled, axis=-1).reshape(values.shape).astype(np.float32)
