"""What is measured of one attempt at one clip."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from skimage.metrics import structural_similarity

from motionfollower.core.errors import InputError
from motionfollower.pipeline.metrics import psnr
from motionfollower.research.evaluation.quality.identity import identity_distance
from motionfollower.research.evaluation.quality.methods import Attempt
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.subject import BenchmarkClip
from motionfollower.research.synthetic.annotations.visibility import Visibility
from preprocess.pose.skeleton import BODY, L_HIP, NECK, R_HIP
from preprocess.progress import run_to_end
from preprocess.types import Bools, Clip, Floats, Frames, PoseEstimator

MOST_PSNR = 60.0  # dB, that exact pixels count as
NEAR = 0.1  # of the torso's length: PCK@.1


@dataclass(frozen=True)
class Score:
    """The numbers of quality.json; NaN where a clip has no such region or nobody is found.

    PSNR in dB by region; SSIM in [0, 1]; `pose_pck` the share of joints in sight that lie within a tenth of the
    torso of the true ones, `pose_px` their mean error in pixels; `identity` in Lab units, 0 for the same person;
    `flicker` in levels: how much pictures change beyond what they should.
    """

    person_psnr: float
    person_ssim: float
    vacated_psnr: float
    shadow_psnr: float
    background_psnr: float
    pose_pck: float
    pose_px: float
    identity: float
    flicker: float
    seconds: float
    peak_mb: float


def score(subject: BenchmarkClip, attempt: Attempt, regions: ScoreRegions, estimator: PoseEstimator) -> Score:
    """Measure an attempt against the right answer."""
    edited, truth = attempt.frames, subject.truth
    pck, pixels = _pose(attempt, subject, estimator)
    return Score(
        person_psnr=_psnr(edited, truth.frames, regions.person),
        person_ssim=_ssim(edited, truth.frames, regions.person),
        vacated_psnr=_psnr(edited, truth.frames, regions.vacated),
        shadow_psnr=_psnr(edited, truth.frames, regions.shadow),
        background_psnr=_psnr(edited, truth.frames, regions.background),
        pose_pck=pck,
        pose_px=pixels,
        identity=identity_distance(edited, truth.frames, truth.poses, regions.person),
        flicker=_flicker(edited, truth.frames),
        seconds=attempt.seconds,
        peak_mb=attempt.peak_mb,
    )


def mean_score(scores: Sequence[Score]) -> Score:
    """The mean of each number over the clips that have it."""
    table = np.array([list(asdict(one).values()) for one in scores])
    known = np.isfinite(table)
    sums, counts = np.where(known, table, 0).sum(axis=0), known.sum(axis=0)
    return Score(*np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).tolist())


def as_json(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """Numbers as JSON may hold them: null where there is none."""
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def _psnr(edited: Frames, truth: Frames, region: Bools) -> float:
    return min(psnr(edited, truth, region), MOST_PSNR)


def _ssim(edited: Frames, truth: Frames, region: Bools) -> float:
    """The mean over a region of the frames' maps of structural similarity."""
    if not region.any():
        return float("nan")
    maps = [
        structural_similarity(theirs, ours, channel_axis=2, full=True)[1]
        for ours, theirs in zip(edited, truth, strict=True)
    ]
    return float(np.stack(maps)[region].mean())


def _pose(attempt: Attempt, subject: BenchmarkClip, estimator: PoseEstimator) -> tuple[float, float]:
    """PCK and mean error of the poses that are seen in the edit."""
    truth = subject.truth
    counted = truth.visibility[:, BODY] == Visibility.SEEN
    if not counted.any():
        return float("nan"), float("nan")
    clip = Clip(attempt.frames, truth.fps)
    try:
        poses = run_to_end(estimator.estimate(clip)).poses
    except InputError:  # nobody is found
        return 0.0, float("nan")
    found = poses.body_scores > 0
    errors = np.linalg.norm(poses.body - truth.joints[:, BODY], axis=2)
    near = found & (errors < NEAR * _torso(truth.joints))
    measured = errors[counted & found]
    return float(near[counted].mean()), float(measured.mean()) if len(measured) else float("nan")


def _torso(joints: Floats) -> float:
    """The torso's length in pixels, neck to hips, where it isn't foreshortened."""
    lengths = np.linalg.norm(joints[:, NECK] - (joints[:, R_HIP] + joints[:, L_HIP]) / 2, axis=1)
    return float(np.quantile(lengths, 0.8))


def _flicker(edited: Frames, truth: Frames) -> float:
    if len(edited) < 2:
        return float("nan")
    ours, theirs = (np.diff(frames.astype(np.int16), axis=0) for frames in (edited, truth))
    return float(np.abs(ours - theirs).mean())
