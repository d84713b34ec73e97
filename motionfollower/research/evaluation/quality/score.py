"""The metrics of one method's edit of one clip."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from skimage.metrics import structural_similarity

from motionfollower.core.errors import InputError
from motionfollower.pipeline.metrics import psnr
from motionfollower.research.evaluation.quality.clip import BenchmarkClip
from motionfollower.research.evaluation.quality.identity import identity_distance
from motionfollower.research.evaluation.quality.methods import MethodEdit
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.export.clip import RenderedClip
from preprocess.pose.skeleton import BODY, L_HIP, NECK, R_HIP
from preprocess.types import Bools, Clip, Floats, Frames, PoseEstimator

MAX_PSNR = 60.0  # dB: the value of identical regions
PCK_THRESHOLD = 0.1  # torso lengths


@dataclass(frozen=True)
class Score:
    """The metrics of quality.json; NaN where a clip has no such region or no person is found.

    PSNR in dB and SSIM by region; `pose_pck` is PCK@.1, the fraction of visible joints that are estimated within a
    tenth of the torso of the true ones, `pose_px` their mean error in pixels; `identity` is in Lab units; `flicker`
    is the mean difference of the temporal changes, in grey levels.
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


def score(clip: BenchmarkClip, edit: MethodEdit, regions: ScoreRegions, estimator: PoseEstimator) -> Score:
    """Measure an edit against the ground truth."""
    edited, truth = edit.frames, clip.truth
    pck, pixels = _pose(edited, truth, estimator)
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
        seconds=edit.seconds,
        peak_mb=edit.peak_mb,
    )


def mean_score(scores: Sequence[Score]) -> Score:
    """The mean of each metric over the clips that have it."""
    table = np.array([list(asdict(one).values()) for one in scores])
    finite = np.isfinite(table)
    sums, counts = np.where(finite, table, 0).sum(axis=0), finite.sum(axis=0)
    return Score(*np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).tolist())


def as_json(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """Numbers for JSON: null where they are not finite."""
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def _psnr(edited: Frames, truth: Frames, region: Bools) -> float:
    return min(psnr(edited, truth, region), MAX_PSNR)


def _ssim(edited: Frames, truth: Frames, region: Bools) -> float:
    """The mean of the SSIM maps over a region."""
    if not region.any():
        return float("nan")
    maps = [
        structural_similarity(theirs, ours, channel_axis=2, full=True)[1]
        for ours, theirs in zip(edited, truth, strict=True)
    ]
    return float(np.stack(maps)[region].mean())


def _pose(edited: Frames, truth: RenderedClip, estimator: PoseEstimator) -> tuple[float, float]:
    """PCK and mean error in pixels of the poses that are estimated in an edit."""
    counted = truth.visibility[:, BODY] == Visibility.SEEN
    if not counted.any():
        return float("nan"), float("nan")
    try:
        poses = estimator.estimate(Clip(edited, truth.fps)).poses
    except InputError:  # no person is found
        return 0.0, float("nan")
    found = poses.body_scores > 0
    errors = np.linalg.norm(poses.body - truth.joints[:, BODY], axis=2)
    near = found & (errors < PCK_THRESHOLD * torso_length(truth.joints))
    measured = errors[counted & found]
    return float(near[counted].mean()), float(measured.mean()) if len(measured) else float("nan")


def torso_length(joints: Floats) -> float:
    """The length from neck to hips in pixels of joints [F, J, 2]: a high quantile, as it is foreshortened at times."""
    lengths = np.linalg.norm(joints[:, NECK] - (joints[:, R_HIP] + joints[:, L_HIP]) / 2, axis=1)
    return float(np.quantile(lengths, 0.8))


def _flicker(edited: Frames, truth: Frames) -> float:
    if len(edited) < 2:
        return float("nan")
    ours, theirs = (np.diff(frames.astype(np.int16), axis=0) for frames in (edited, truth))
    return float(np.abs(ours - theirs).mean())
