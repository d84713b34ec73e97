"""Measure an edit from its finished frames: background kept, pose match, flicker."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from motionfollower.core.types import EditMetrics, Origin, StepLosses
from preprocess.pose.skeleton import NECK, VISIBLE
from preprocess.pose.tracking import measure_torso
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import (
    Bools,
    Clip,
    ClipPoint,
    Floats,
    Frame,
    Frames,
    InputError,
    PoseEstimator,
    PoseSequence,
    Size,
)
from preprocess.video.image_folder import read_image

MATCH_DISTANCE = 0.1
"""Joints this near to their target count as found, in torso lengths."""

LEAST_ERROR = 1e-9
"""The mean squared error, in grey levels, that identical pixels count as, so that its logarithm is finite."""


class BackgroundKept:
    """The mean fraction of pixels that equal the source's, collected while frames pass by."""

    def __init__(self) -> None:
        self._fractions: list[float] = []

    def watch(self, pairs: Iterable[tuple[Frame, Frame]]) -> Iterator[tuple[Frame, Frame]]:
        """Pass on pairs of source and edited frames uint8 [H, W, 3]."""
        for source, edited in pairs:
            self._fractions.append(float((source == edited).all(axis=-1).mean()))
            yield source, edited

    @property
    def fraction(self) -> float:
        """In [0, 1], of the frames so far."""
        return float(np.mean(self._fractions))


@dataclass(frozen=True)
class ChunkMetrics:
    """The metrics of the frames of one chunk; see `EditMetrics`."""

    pose_match: float | None
    pose_error: float | None
    flicker: float


def measure_chunk(
    clip: Clip,
    aligned: PoseSequence,
    estimator: PoseEstimator,
    *,
    is_selected: bool,
    on_progress: OnProgress = ignore_progress,
) -> ChunkMetrics:
    """Measure the edited frames at the working size.

    Where the user selected the source person among several, the result's person is looked for at the aligned pose.
    """
    match, error = _pose_match(clip, aligned, estimator, is_selected=is_selected, on_progress=on_progress)
    return ChunkMetrics(match, error, flicker(clip.frames))


def read_result(folder: Path, frames: range, fps: float, size: Size, origin: Origin | None) -> Clip:
    """Some of a result's frames at the working size, from the images of `size` in a folder."""
    images = (read_image(folder / f"frame_{index}.png", size) for index in frames)
    return Clip(np.stack([image if origin is None else origin.crop.apply(image[None])[0] for image in images]), fps)


def combine_metrics(
    background_kept: float, chunks: Sequence[ChunkMetrics], source_flickers: Sequence[float]
) -> EditMetrics:
    """The metrics of a clip whose chunks have one length."""
    matches = [chunk.pose_match for chunk in chunks if chunk.pose_match is not None]
    errors = [chunk.pose_error for chunk in chunks if chunk.pose_error is not None]
    return EditMetrics(
        background_kept=background_kept,
        pose_match=float(np.mean(matches)) if matches else None,
        pose_error=float(np.mean(errors)) if errors else None,
        flicker=float(np.mean([chunk.flicker for chunk in chunks])),
        source_flicker=float(np.mean(source_flickers)),
    )


def combine_losses(chunks: list[tuple[StepLosses, ...]]) -> tuple[StepLosses, ...]:
    """The losses of each step, averaged over the chunks that have any."""
    return tuple(
        StepLosses(
            step[0].step,
            float(np.mean([losses.foreground for losses in step])),
            float(np.mean([losses.background for losses in step])),
        )
        for step in zip(*filter(None, chunks), strict=True)
    )


def _pose_match(
    clip: Clip, aligned: PoseSequence, estimator: PoseEstimator, *, is_selected: bool, on_progress: OnProgress
) -> tuple[float | None, float | None]:
    """Estimate the pose again in the result; nothing to compare where no person is found."""
    try:
        seen = estimator.estimate(clip, _neck(aligned) if is_selected else None, on_progress)
    except InputError:
        return None, None
    return compare_poses(seen.poses, aligned)


def compare_poses(seen: PoseSequence, target: PoseSequence) -> tuple[float | None, float | None]:
    """PCK@0.1 of the target's body joints inside the frame, and the mean error in pixels of those that were found.

    A joint that is not found is no match, and has no error. Both are None where there is nothing to compare.
    """
    counted = _inside(target)
    found = counted & (seen.body_scores > 0)
    torsos = [
        measure_torso(frame) for frame, has_neck in zip(target.keypoints, counted[:, NECK], strict=True) if has_neck
    ]
    if not torsos or not found.any():
        return None, None
    errors = np.linalg.norm(seen.body - target.body, axis=-1)
    matched = found & (errors < MATCH_DISTANCE * np.median(torsos))
    return float(matched.sum() / counted.sum()), float(errors[found].mean())


def psnr(frames: Frames, truth: Frames, where: Bools) -> float:
    """The peak signal-to-noise ratio in dB, at most 138, of pixels `where` [F, H, W]; NaN where there are none."""
    if not where.any():
        return math.nan
    error = np.square(frames[where].astype(np.float64) - truth[where]).mean()
    return float(10 * np.log10(255**2 / max(error, LEAST_ERROR)))


def flicker(frames: Frames) -> float:
    """The mean distance of a pixel from the mean of the frames before and after, in grey levels; 0 below 3 frames."""
    triples = zip(frames, islice(frames, 1, None), islice(frames, 2, None), strict=False)
    changes = [_second_difference(*(frame.astype(np.float32) for frame in triple)) for triple in triples]
    return float(np.mean(changes)) if changes else 0.0


def _second_difference(before: Floats, now: Floats, after: Floats) -> float:
    return float(np.abs(now - (before + after) / 2).mean())


def _inside(poses: PoseSequence) -> Bools:
    """The visible body joints inside the frame, bool [F, 18]."""
    is_inside = ((poses.body >= 0) & (poses.body <= np.array(poses.size) - 1)).all(axis=-1)
    return np.asarray(is_inside & (poses.body_scores > VISIBLE))


def _neck(poses: PoseSequence) -> ClipPoint | None:
    """The neck in the first frame that shows it; None where none does."""
    frames = np.flatnonzero(_inside(poses)[:, NECK])
    if not len(frames):
        return None
    x, y = poses.body[frames[0], NECK] / np.array(poses.size)
    return ClipPoint(float(x), float(y), int(frames[0]))
