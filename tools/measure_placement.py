"""How near aligned poses come to the true ones: `python tests/measure_placement.py [A:B]`, the held-out seeds.

Renders a clip a seed with its right answer. Prints for each alignment mode, with true and with estimated inputs, the
mean joint error in torso lengths and the shares of seen joints within a tenth and a fifth of the torso.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np

from motionfollower.pipeline.backends import load_length_reader
from motionfollower.research.evaluation.quality.subject import BenchmarkClip, make_benchmark_clip
from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.seeds import HELD_OUT, parse_seeds
from preprocess.align.align import AlignMode, align
from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.skeleton import BODY, L_HIP, NECK, R_HIP
from preprocess.progress import run_to_end
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.types import MaskSequence, PoseSequence

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MODES: tuple[AlignMode, ...] = get_args(AlignMode)
Person = tuple[PoseSequence, MaskSequence]


def estimated(footage: RenderedClip) -> Person:
    """Poses and masks as `prepare` finds them."""
    seen = run_to_end(HolisticEstimator().estimate(footage.clip))
    masks, _ = run_to_end(MediaPipeSegmenter().segment(footage.clip, seen))
    return seen.poses, masks


def placement_error(poses: PoseSequence, truth: RenderedClip) -> list[float]:
    """Mean error in torso lengths of the joints in sight, and the shares within a tenth and a fifth."""
    joints, seen = truth.joints[:, BODY], truth.visibility[:, BODY] == Visibility.SEEN
    torsos = np.linalg.norm(joints[:, NECK] - (joints[:, R_HIP] + joints[:, L_HIP]) / 2, axis=1)
    errors = np.linalg.norm(poses.body - joints, axis=2) / np.quantile(torsos, 0.8)
    found = poses.body_scores > 0
    shares = [float(((errors < near) & found)[seen].mean()) for near in (0.1, 0.2)]
    return [float(errors[seen & found].mean()), *shares]


def measure(subject: BenchmarkClip) -> list[list[float]]:
    """A row a mode: with true inputs, then with estimated ones."""
    clips = subject.source, subject.target
    true, guessed = [(clip.poses, clip.masks) for clip in clips], [estimated(clip) for clip in clips]
    reader, pairs = load_length_reader(), itertools.product((true, guessed), MODES)
    aligned = [align(*source, *target, mode, reader=reader) for (source, target), mode in pairs]
    return [placement_error(it.poses, subject.truth) for it in aligned]


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
