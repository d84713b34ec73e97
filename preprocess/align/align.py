"""Align the target's poses with the source person."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from preprocess.align.bone_lengths import BoneLengthEstimator, BoneLengths
from preprocess.align.partial import PartialMotion, blend_motions
from preprocess.align.person import Person
from preprocess.align.placement import (
    ManualAlignment,
    Placement,
    place_by_lengths,
    place_official,
    place_similarity,
    place_unaligned,
)
from preprocess.align.report import alignment_report, alignment_warnings
from preprocess.align.retarget import retarget
from preprocess.types import Alignment, InputError, MaskSequence, PoseSequence

AlignMode = Literal["official", "similarity", "bones", "none"]


def align(
    source_poses: PoseSequence,
    source_masks: MaskSequence,
    target_poses: PoseSequence,
    target_masks: MaskSequence,
    mode: AlignMode = "bones",
    manual: ManualAlignment | None = None,
    partial: PartialMotion | None = None,
    estimator: BoneLengthEstimator | None = None,
) -> Alignment:
    """Align the target's poses with the source person.

    All four inputs have F frames; source and target may differ in size: target pixels are first letterboxed into the
    source frame (one scale for both axes, centred).

    - `official`: the released rule, one scale per frame from the masks' boxes.
    - `similarity`: one scale and one foot point for the clip.
    - `bones`: as `similarity`, by bone lengths that `estimator` estimates, and with the source's proportions (see
      `retarget`). The same as `similarity` without an `estimator`, or where a clip shows no person.
    - `none`: the letterboxed target.

    `manual` is applied on top of each mode; `partial` restricts or blends the motion. Missing joints stay missing.
    InputError where the inputs differ in length, or no frame shows both people.
    """
    _check(source_poses, source_masks, target_poses, target_masks)
    source, target = Person.of(source_poses, source_masks), Person.of(target_poses, target_masks)
    return align_people(source, target, mode, manual, partial, estimator)


def align_people(
    source: Person,
    target: Person,
    mode: AlignMode = "similarity",
    manual: ManualAlignment | None = None,
    partial: PartialMotion | None = None,
    estimator: BoneLengthEstimator | None = None,
) -> Alignment:
    """Align two measured people of F frames each; see `align`."""
    if mode not in get_args(AlignMode):
        raise InputError(f"align is {mode!r}; allowed is one of {', '.join(get_args(AlignMode))}.")
    lengths = _bone_lengths(source, target, estimator) if mode == "bones" else None
    placement = _placement(source, target, mode, lengths).adjusted(manual or ManualAlignment())
    transforms = placement.transforms()
    poses = target.poses.transformed(transforms, source.poses.size)
    if lengths:
        poses = retarget(target, poses, lengths[0].proportions_to(lengths[1]), is_cut=source.is_cut or target.is_cut)
    partial = partial or PartialMotion()
    poses = blend_motions(source.poses, poses, partial)
    report = alignment_report(mode, source, target, placement, poses, partial)
    warnings = alignment_warnings(source, target, placement, poses, partial)
    return Alignment(poses, transforms, report, warnings, moves_masks=partial.is_whole)


def _bone_lengths(
    source: Person, target: Person, estimator: BoneLengthEstimator | None
) -> tuple[BoneLengths, BoneLengths] | None:
    """The bone lengths of both people; None without an `estimator` or where a clip shows no person."""
    if estimator is None:
        return None
    of_source, of_target = estimator.estimate(source.visible_poses), estimator.estimate(target.visible_poses)
    return (of_source, of_target) if of_source and of_target else None


def _placement(
    source: Person, target: Person, mode: AlignMode, lengths: tuple[BoneLengths, BoneLengths] | None
) -> Placement:
    if mode == "none":
        return place_unaligned(source, target)
    if not (source.has_mask & target.has_mask).any():
        raise InputError(
            "No frame has both a source and a target mask with a person in it, so their sizes can't be compared. "
            "Use clips that show the person, or align manually with mode 'none'."
        )
    if mode == "official":
        return place_official(source, target)
    return place_by_lengths(source, target, *lengths) if lengths else place_similarity(source, target)


def _check(
    source_poses: PoseSequence,
    source_masks: MaskSequence,
    target_poses: PoseSequence,
    target_masks: MaskSequence,
) -> None:
    lengths = [len(part) for part in (source_poses, source_masks, target_poses, target_masks)]
    if len(np.unique(lengths)) > 1:
        raise InputError(
            "Source poses, source masks, target poses and target masks have "
            f"{', '.join(map(str, lengths))} frames. Trim them to one length."
        )
