"""The report of an alignment for prepare.json, and warnings about doubtful frames."""

from __future__ import annotations

import numpy as np

from preprocess.align.partial import PartialMotion
from preprocess.align.person import Person, is_inside
from preprocess.align.placement import Placement, fit_factor, fit_points
from preprocess.pose.skeleton import VISIBLE
from preprocess.types import AlignmentReport, Bools, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode

DOUBTFUL_GROUND = 0.08  # of the source person's height: the offset of the feet from which on a warning is given
DOUBTFUL_SCALE = 1.25  # factor between a frame's height ratio and the clip's median, either way


def alignment_report(
    mode: str, source: Person, target: Person, placement: Placement, poses: PoseSequence, partial: PartialMotion
) -> AlignmentReport:
    """The report of an alignment; scale and shift are relative to the letterboxed target frame."""
    sizes = target.poses.size, source.poses.size
    shift = np.median(placement.positions - fit_points(placement.feet, *sizes), axis=0)
    lost = _lost_joints(target.visible_poses, poses)
    return AlignmentReport(
        mode=mode,
        fit=round(fit_factor(*sizes), 4),
        scale=round(float(np.median(placement.scales)) / fit_factor(*sizes), 4),
        shift=(round(float(shift[0]), 2), round(float(shift[1]), 2)),
        joints_outside=int(lost.sum()),
        frames_with_joints_outside=np.flatnonzero(lost.any(axis=1)).tolist(),
        doubtful_frames={code.value: np.flatnonzero(frames).tolist() for code, frames in _doubts(source, target)},
        parts=partial.parts,
        blend=partial.blend,
    )


def alignment_warnings(
    source: Person, target: Person, placement: Placement, poses: PoseSequence, partial: PartialMotion
) -> tuple[ClipWarning, ...]:
    """A warning for each kind of doubtful frame that occurs, and for feet that leave the source's ground line."""
    lost = np.asarray(_lost_joints(target.visible_poses, poses).any(axis=1))
    doubts = (*_doubts(source, target), (WarningCode.OUT_OF_FRAME, lost))
    warnings = [ClipWarning.of_frames(code, frames) for code, frames in doubts if frames.any()]
    return (*warnings, *(_ground_warnings(source, target, placement) if partial.is_whole else ()))


def _ground_warnings(source: Person, target: Person, placement: Placement) -> list[ClipWarning]:
    """A warning where both people are visible down to the feet, but the aligned one stands on another ground line."""
    known = source.has_mask & target.has_mask
    if not known.any() or source.is_cut or target.is_cut:
        return []
    ground = float(np.median(source.feet[known, 1]))
    below = float(np.median(placement.positions[known, 1])) - ground
    if abs(below) < DOUBTFUL_GROUND * source.visible_height:
        return []
    side = "below" if below > 0 else "above"
    values: dict[str, str | int | float] = {"pixels": round(abs(below)), "side": side, "foot_line": round(ground)}
    return [ClipWarning(WarningCode.GROUND_OFFSET, values=values)]


def _doubts(source: Person, target: Person) -> list[tuple[WarningCode, Bools]]:
    """The kinds of doubts about single frames, and the frames bool [F] that each concerns."""
    return [
        (WarningCode.SOURCE_PERSON_MISSING, ~source.is_visible),
        (WarningCode.TARGET_PERSON_MISSING, ~target.is_visible),
        (WarningCode.SOURCE_MASK_EMPTY, ~source.has_mask),
        (WarningCode.TARGET_MASK_EMPTY, ~target.has_mask),
        (WarningCode.UNUSUAL_HEIGHT, _unusual_scale(source, target)),
    ]


def _unusual_scale(source: Person, target: Person) -> Bools:
    """Frames whose ratio of mask heights is far from the median of the clip, bool [F]."""
    known = source.has_mask & target.has_mask
    unusual = np.zeros(len(known), bool)
    if known.any():
        logs = np.log(source.heights[known] / target.heights[known])
        unusual[known] = abs(logs - np.median(logs)) > np.log(DOUBTFUL_SCALE)
    return unusual


def _lost_joints(before: PoseSequence, after: PoseSequence) -> Bools:
    """Visible body joints inside the target's frame that the alignment moves out of the source's, bool [F, 18]."""
    leaves = is_inside(before.body, before.size) & ~is_inside(after.body, after.size)
    return leaves & (after.body_scores > VISIBLE)
