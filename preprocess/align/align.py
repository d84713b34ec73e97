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
    following: PartialMotion | None = None,
    reader: BoneLengthEstimator | None = None,
) -> Alignment:
    """Align the target's poses with the source person.

    All four inputs have F frames; source and target may differ in size: target pixels are first letterboxed into the
    source frame (one scale for both axes, centred).

    - `official`: the released rule, one scale per frame from the masks' boxes.
    - `similarity`: one scale and one foot point for the clip.
    - `bones`: as `similarity`, by bone lengths that `reader` estimates, and with the source's proportions (see
      `retarget`). Without a `reader`, or where it sees no person, the same as `similarity`.
    - `none`: the letterboxed target.

    `manual` is applied on top of each mode. `following` restricts or blends the motion (see `partial`). Missing joints
    stay missing. InputError where the inputs differ in length or no frame shows a person.
    """
    _check(source_poses, source_masks, target_poses, target_masks)
    source, target = Person.of(source_poses, source_masks), Person.of(target_poses, target_masks)
    return align_people(source, target, mode, manual, following, reader)


def align_people(
    source: Person,
    target: Person,
    mode: AlignMode = "similarity",
    manual: ManualAlignment | None = None,
    following: PartialMotion | None = None,
    reader: BoneLengthEstimator | None = None,
) -> Alignment:
    """Align two measured people of F frames each; see `align`."""
    if mode not in get_args(AlignMode):
        raise InputError(f"align is {mode!r}; allowed is one of {', '.join(get_args(AlignMode))}.")
    lengths = _bone_lengths(source, target, reader) if mode == "bones" else None
    placement = _placement(source, target, mode, lengths).adjusted(manual or ManualAlignment())
    transforms = placement.transforms()
    poses = target.poses.transformed(transforms, source.poses.size)
    if lengths:
        poses = retarget(target, poses, lengths[0].proportions_to(lengths[1]), is_cut=source.is_cut or target.is_cut)
    following = following or PartialMotion()
    poses = blend_motions(source.poses, poses, following)
    report = alignment_report(mode, source, target, placement, poses, following)
    warnings = alignment_warnings(source, target, placement, poses, following)
    return Alignment(poses, transforms, report, warnings, moves_masks=following.is_whole)


def _bone_lengths(
    source: Person, target: Person, reader: BoneLengthEstimator | None
) -> tuple[BoneLengths, BoneLengths] | None:
    """The bone lengths of both people; None without a `reader` or where a clip shows no person."""
    if reader is None:
        return None
    of_source, of_target = reader.estimate(source.visible_poses), reader.estimate(target.visible_poses)
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
