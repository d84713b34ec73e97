"""From the track of a person to what an estimator reports: gaps filled, doubts in sentences."""

from __future__ import annotations

import numpy as np

from preprocess.skeleton import JOINTS
from preprocess.tracking import Sighting, Track, fill_gaps
from preprocess.types import Bools, Clip, InputError, MaskSequence, Observation, PoseSequence
from preprocess.wording import name_frames

LONGEST_GAP = 5  # frames, and no longer than
LONGEST_GAP_SECONDS = 0.25


def observe(track: Track, clip: Clip, who: str, mask_origin: str | None) -> Observation:
    """The track as poses, and as masks where the estimator finds them too and `mask_origin` names them.

    `who` says which of several people was followed. Gaps of up to five frames and a quarter of a second are
    filled; longer ones stay missing and are named in the warnings. InputError where nobody is found.
    """
    if not any(track.sightings):
        raise InputError(
            f"No person was found in the clip (frames looked at: {len(clip)}). It needs one person, seen from head "
            "to knee or more and large enough to tell arms from legs. Choose another clip or another part of it."
        )
    width, height = clip.size
    nobody = Sighting(np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32), np.zeros((height, width), bool))
    people = [person or nobody for person in track.sightings]
    found = np.array([person is not None for person in track.sightings])
    longest = min(LONGEST_GAP, int(LONGEST_GAP_SECONDS * clip.fps))
    keypoints, scores = fill_gaps(
        np.stack([person.keypoints for person in people]), np.stack([person.scores for person in people]), longest
    )
    known = scores.max(axis=1) > 0
    return Observation(
        PoseSequence(keypoints, scores, clip.size),
        MaskSequence(np.stack([person.mask for person in people]), mask_origin) if mask_origin else None,
        _warnings(found, known, who if track.has_others else None),
        track.has_others,
    )


def _warnings(found: Bools, known: Bools, one_of_several: str | None) -> tuple[str, ...]:
    sentences = []
    if not known.all():
        sentences.append(f"No person found in {name_frames(~known)} of the clip; nothing is edited there.")
    if (known & ~found).any():
        sentences.append(f"The pose in {name_frames(known & ~found)} is filled in from the frames around.")
    if one_of_several:
        sentences.append(f"More than one person is seen; the {one_of_several} one is followed.")
    return tuple(sentences)
