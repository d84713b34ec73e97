"""How well an edit came out, as numbers that a person understands."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from contextlib import closing
from itertools import islice

import numpy as np

from motionfollower.core.types import EditInputs, EditMetrics
from motionfollower.io.compositing import source_frames
from preprocess.pose.skeleton import NECK, SEEN
from preprocess.pose.tracking import measure_torso
from preprocess.progress import Returning
from preprocess.types import Bools, Clip, ClipPoint, Floats, Frame, Frames, InputError, PoseEstimator, PoseSequence

MATCHED = 0.1
"""Joints this near to where they should be count as found, in torso lengths."""

LEAST_ERROR = 1e-9
"""The mean squared error, in grey levels, that exact pixels count as: logarithms know no zero."""


def measure_edit(
    inputs: EditInputs, frames: Iterable[Frame], poses: PoseEstimator, *, is_chosen: bool = False
) -> Generator[int, None, EditMetrics]:
    """Yield the number of frames looked at, each of them twice, and return the measures.

    `frames` uint8 [H, W, 3] are the result, at the size of the source's file. Where the source's person
    `is_chosen` among several, the result's person is looked for where they should be.
    """
    clip, kept = yield from _estimate_poses(inputs, frames)
    match, error = yield from _pose_match(poses, clip, inputs.aligned_poses, is_chosen=is_chosen)
    return EditMetrics(kept, match, error, flicker(clip.frames), flicker(inputs.source.frames))


def _estimate_poses(inputs: EditInputs, frames: Iterable[Frame]) -> Generator[int, None, tuple[Clip, float]]:
    """The result at the working size, and the share of pixels kept, in one pass over the frames."""
    small, shares = np.empty_like(inputs.source.frames), []
    for index, (before, after) in enumerate(zip(source_frames(inputs), frames, strict=True)):
        shares.append(background_kept([before], [after]))
        small[index] = after if inputs.origin is None else inputs.origin.framing.apply(after[None])[0]
        yield index + 1
    return Clip(small, inputs.source.fps), float(np.mean(shares))


def _pose_match(
    poses: PoseEstimator, clip: Clip, wanted: PoseSequence, *, is_chosen: bool
) -> Generator[int, None, tuple[float | None, float | None]]:
    """Read the pose again from the result; nothing to compare where nobody is found."""
    try:
        with closing(Returning(poses.estimate(clip, _centre_of_mass(wanted) if is_chosen else None))) as looks:
            for done in looks:
                yield len(clip) + done
    except InputError:
        return None, None
    return compare_poses(looks.result.poses, wanted)


def background_kept(source: Iterable[Frame], edited: Iterable[Frame]) -> float:
    """The share of pixels, in [0, 1], that are exactly the source's; as many frames uint8 [H, W, 3] of both."""
    shares = [(before == after).all(axis=-1).mean() for before, after in zip(source, edited, strict=True)]
    return float(np.mean(shares))


def compare_poses(seen: PoseSequence, wanted: PoseSequence) -> tuple[float | None, float | None]:
    """The share of the wanted body joints inside the picture that are seen near to their place, and the mean error.

    A joint that isn't seen is no match, and has no error. Both are None where there is nothing to compare.
    """
    counted = _inside(wanted)
    found = counted & (seen.body_scores > 0)
    torsos = [
        measure_torso(frame) for frame, is_there in zip(wanted.keypoints, counted[:, NECK], strict=True) if is_there
    ]
    if not torsos or not found.any():
        return None, None
    errors = np.linalg.norm(seen.body - wanted.body, axis=-1)
    matched = found & (errors < MATCHED * np.median(torsos))
    return float(matched.sum() / counted.sum()), float(errors[found].mean())


def psnr(made: Frames, truth: Frames, where: Bools) -> float:
    """The peak signal-to-noise ratio in dB, at most 138, of pixels `where` [F, H, W]; NaN where there are none."""
    if not where.any():
        return math.nan
    error = np.square(made[where].astype(np.float64) - truth[where]).mean()
    return float(10 * np.log10(255**2 / max(error, LEAST_ERROR)))


def flicker(frames: Frames) -> float:
    """How far a pixel is from the mean of the frames before and after it, in grey levels; 0 for fewer than three."""
    triples = zip(frames, islice(frames, 1, None), islice(frames, 2, None), strict=False)
    changes = [_bend(*(frame.astype(np.float32) for frame in triple)) for triple in triples]
    return float(np.mean(changes)) if changes else 0.0


def _bend(before: Floats, now: Floats, after: Floats) -> float:
    return float(np.abs(now - (before + after) / 2).mean())


def _inside(poses: PoseSequence) -> Bools:
    """The believed body joints that lie in the picture, bool [F, 18]."""
    is_inside = ((poses.body >= 0) & (poses.body <= np.array(poses.size) - 1)).all(axis=-1)
    return np.asarray(is_inside & (poses.body_scores > SEEN))


def _centre_of_mass(wanted: PoseSequence) -> ClipPoint | None:
    """Where the person's neck should be, in the first frame that shows it; None where none does."""
    frames = np.flatnonzero(_inside(wanted)[:, NECK])
    if not len(frames):
        return None
    x, y = wanted.body[frames[0], NECK] / np.array(wanted.size)
    return ClipPoint(float(x), float(y), int(frames[0]))
