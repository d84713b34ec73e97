"""Alignment: the target's motion at the source person's place and size."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal, get_args

import numpy as np

from preprocess.align.bones import retarget
from preprocess.align.modes import place_official, place_similarity, place_unaligned
from preprocess.align.partial import Following, follow
from preprocess.align.person import Person
from preprocess.align.placement import ManualAlignment, Placement
from preprocess.align.recover import recover
from preprocess.align.report import describe, warn
from preprocess.types import Alignment, InputError, MaskSequence, PoseSequence

__all__ = ["AlignMode", "Following", "ManualAlignment", "Person", "align", "align_people", "recover"]

AlignMode = Literal["official", "similarity", "bones", "none"]


def align(
    source_poses: PoseSequence,
    source_masks: MaskSequence,
    target_poses: PoseSequence,
    target_masks: MaskSequence,
    mode: AlignMode = "bones",
    manual: ManualAlignment | None = None,
    following: Following | None = None,
) -> Alignment:
    """The target's poses brought into the source picture, with a report.

    All four have F frames; source and target may differ in size: target pixels are first letterboxed into the
    source picture (one scale for both axes, centred), and an unaligned person stands where that puts it.

    - `official`: as the released aligned poses, a scale a frame by the masks' boxes.
    - `similarity`: one scale and one foot point for the clip.
    - `bones`: the same place, and the source's build (see `bones`).
    - `none`: the letterboxed target as it is.

    `manual` comes on top of each. With `following` only some parts of the body do the target's motion, or all do
    it half-way (see `partial`). Joints that are missing stay missing. `InputError` where the clips differ in
    length or no frame shows a person.
    """
    _check(source_poses, source_masks, target_poses, target_masks)
    source, target = Person.of(source_poses, source_masks), Person.of(target_poses, target_masks)
    return align_people(source, target, mode, manual, following)


def align_people(
    source: Person,
    target: Person,
    mode: AlignMode = "similarity",
    manual: ManualAlignment | None = None,
    following: Following | None = None,
) -> Alignment:
    """The same, where it is known already where the people are; both of F frames."""
    if mode not in get_args(AlignMode):
        raise InputError(f"align is {mode!r}; allowed is one of {', '.join(get_args(AlignMode))}.")
    placement = _place(source, target, mode).adjusted(manual or ManualAlignment())
    transforms = placement.transforms()
    poses = target.poses.transformed(transforms, source.poses.size)
    if mode == "bones":
        poses = retarget(source, target, poses)
    following = following or Following()
    poses = follow(source.poses, poses, following)
    report = describe(mode, source, target, placement, poses) | asdict(following)
    warnings = warn(source, target, placement, poses, following)
    return Alignment(poses, transforms, report, warnings, moves_masks=following.is_whole)


def _place(source: Person, target: Person, mode: AlignMode) -> Placement:
    if mode == "none":
        return place_unaligned(source, target)
    if not (source.has_mask & target.has_mask).any():
        raise InputError(
            "No frame has both a source and a target mask with a person in it, so their sizes can't be compared. "
            "Use clips in which the person is seen, or align with mode 'none' and by hand."
        )
    return place_official(source, target) if mode == "official" else place_similarity(source, target)


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
