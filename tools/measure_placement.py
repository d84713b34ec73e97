"""Compare aligned poses with the true ones: `python tools/measure_placement.py [A:B]`, held-out seeds.

Renders a clip per seed with its ground truth. Prints for each alignment mode, with true and with estimated inputs, the
mean joint error in torso lengths and the fractions of visible joints within a tenth and a fifth of the torso.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from motionfollower.pipeline.backends import load_bone_lengths
from motionfollower.research.evaluation.quality.clip import BenchmarkClip, make_benchmark_clip
from motionfollower.research.evaluation.quality.score import torso_length
from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.seeds import HELD_OUT, parse_seeds
from preprocess.align.align import AlignMode, align
from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.skeleton import BODY
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.types import MaskSequence, PoseSequence

MODES: tuple[AlignMode, ...] = get_args(AlignMode)
Person = tuple[PoseSequence, MaskSequence]


def estimate(rendered: RenderedClip) -> Person:
    """The poses and masks that `prepare` estimates."""
    seen = HolisticEstimator().estimate(rendered.clip)
    masks, _ = MediaPipeSegmenter().segment(rendered.clip, seen)
    return seen.poses, masks


def placement_error(poses: PoseSequence, truth: RenderedClip) -> list[float]:
    """Mean error in torso lengths of the visible joints, and the fractions within a tenth and a fifth."""
    joints, seen = truth.joints[:, BODY], truth.visibility[:, BODY] == Visibility.SEEN
    errors = np.linalg.norm(poses.body - joints, axis=2) / torso_length(joints)
    found = poses.body_scores > 0
    fractions = [float(((errors < near) & found)[seen].mean()) for near in (0.1, 0.2)]
    return [float(errors[seen & found].mean()), *fractions]


def measure(clip: BenchmarkClip) -> list[list[float]]:
    """A row per mode: with true inputs, then with estimated ones."""
    clips = clip.source, clip.target
    true, estimated = [(part.poses, part.masks) for part in clips], [estimate(part) for part in clips]
    estimator, pairs = load_bone_lengths(), itertools.product((true, estimated), MODES)
    aligned = [align(*source, *target, mode, estimator=estimator) for (source, target), mode in pairs]
    return [placement_error(it.poses, clip.truth) for it in aligned]


def main() -> None:
    seeds = parse_seeds(sys.argv[1], HELD_OUT) if len(sys.argv) > 1 else HELD_OUT[:8]
    assets, rows = load_assets(), []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            rows.append(measure(make_benchmark_clip(assets, seed, (512, 512), 24, Path(folder) / "case")))
        print(seed, *(f"{mode} {row[1]:.2f}" for mode, row in zip(2 * MODES, rows[-1], strict=True)), flush=True)
    for index, (error, near, far) in enumerate(np.mean(rows, axis=0)):
        inputs = "true" if index < len(MODES) else "estimated"
        print(f"{inputs:10}{MODES[index % len(MODES)]:11} error {error:.3f}  PCK@.1 {near:.3f}  PCK@.2 {far:.3f}")


if __name__ == "__main__":
    main()
