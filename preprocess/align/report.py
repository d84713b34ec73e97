"""What there is to say about an alignment: plain data for prepare.json, and warnings in sentences."""

from __future__ import annotations

import numpy as np

from preprocess.align.partial import Following
from preprocess.align.person import Person
from preprocess.align.placement import Placement, fit_factor, fit_points
from preprocess.pose.skeleton import SEEN
from preprocess.progress import frame_list
from preprocess.types import Bools, PoseSequence

DOUBTFUL_GROUND = 0.08  # of the source person's height: feet this far above or below the source's
DOUBTFUL_SCALE = 1.25  # a frame's own height ratio this far from the clip's median, either way


def alignment_report(
    mode: str, source: Person, target: Person, placement: Placement, poses: PoseSequence
) -> dict[str, object]:
    """Mode, scale and shift against the letterboxed target picture, joints outside, doubtful frames."""
    sizes = target.poses.size, source.poses.size
    shift = np.median(placement.places - fit_points(placement.feet, *sizes), axis=0)
    lost = _lost_joints(target.seen, poses)
    return {
        "mode": mode,
        "fit": round(fit_factor(*sizes), 4),
        "scale": round(float(np.median(placement.scales)) / fit_factor(*sizes), 4),
        "shift": [round(float(step), 2) for step in shift],
        "joints_outside": int(lost.sum()),
        "frames_with_joints_outside": np.flatnonzero(lost.any(axis=1)).tolist(),
        "doubtful_frames": {reason: np.flatnonzero(frames).tolist() for reason, frames in _doubts(source, target)},
    }


def alignment_warnings(
    source: Person, target: Person, placement: Placement, poses: PoseSequence, following: Following
) -> tuple[str, ...]:
    """A sentence for each kind of doubtful frame that there is, and for feet that leave the source's ground."""
    doubts = [
        f"Alignment: {reason} in {frame_list(frames)}; look at these frames."
        for reason, frames in _doubts(source, target)
        if frames.any()
    ]
    lost = np.asarray(_lost_joints(target.seen, poses).any(axis=1))
    if lost.any():
        doubts.append(f"Alignment: the person reaches out of the picture in {frame_list(lost)}.")
    return (*doubts, *(_warn_of_ground(source, target, placement) if following.is_whole else ()))


def _warn_of_ground(source: Person, target: Person, placement: Placement) -> list[str]:
    """A sentence where both persons are seen down to the feet, but the edited one stands on other ground."""
    known = source.has_mask & target.has_mask
    if not known.any() or source.is_cut or target.is_cut:
        return []
    ground = float(np.median(source.feet[known, 1]))
    below = float(np.median(placement.places[known, 1])) - ground
    if abs(below) < DOUBTFUL_GROUND * source.visible_height:
        return []
    side = "below" if below > 0 else "above"
    return [
        f"Alignment: the feet stand {abs(below):.0f} pixels {side} the source's; "
        f"a foot line of {ground:.0f} puts them on the same ground."
    ]


def _doubts(source: Person, target: Person) -> list[tuple[str, Bools]]:
    return [
        ("no person is seen in the source", ~source.is_seen),
        ("no person is seen in the target", ~target.is_seen),
        ("the source's mask is empty", ~source.has_mask),
        ("the target's mask is empty", ~target.has_mask),
        ("the height against the source's is unusual", _unusual_scale(source, target)),
    ]


def _unusual_scale(source: Person, target: Person) -> Bools:
    known = source.has_mask & target.has_mask
    unusual = np.zeros(len(known), bool)
    if known.any():
        logs = np.log(source.heights[known] / target.heights[known])
        unusual[known] = abs(logs - np.median(logs)) > np.log(DOUBTFUL_SCALE)
    return unusual


def _lost_joints(before: PoseSequence, after: PoseSequence) -> Bools:
    """Believed body joints inside the target's picture that alignment takes out of the source's, bool [F, 18]."""
    lost: Bools = ~_outside(before) & _outside(after) & (after.body_scores > SEEN)
    return lost


def _outside(poses: PoseSequence) -> Bools:
    edges = np.array(poses.size) - 0.5
    return np.asarray(((poses.body < -0.5) | (poses.body > edges)).any(axis=-1))
