"""Compare alignment and predicted target masks with the official ones: `python tools/measure_alignment.py CASES`.

CASES holds folders in the released example layout. Prints a line per case and one of means: the mean joint error
in pixels of each alignment mode against `target_aligned_poses`, over the joints whose dots are visible in both, and
the IoU of the predicted target masks with `predicted_masks`, from the official aligned poses and from our own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from motionfollower.pipeline.backends import load_bone_lengths
from preprocess.align.align import AlignMode, align
from preprocess.align.recover import recover
from preprocess.pose.parse_render import parse_pose_images
from preprocess.segmentation.target_mask import WarpedTargetMask
from preprocess.types import Alignment, Bools, Frames, MaskSequence, PoseSequence

MODES: tuple[AlignMode, ...] = get_args(AlignMode)


@dataclass(frozen=True)
class Case:
    """The poses and masks of a folder in the released layout."""

    source_poses: PoseSequence
    target_poses: PoseSequence
    aligned_poses: PoseSequence
    source_masks: MaskSequence
    target_masks: MaskSequence
    predicted_masks: MaskSequence

    @classmethod
    @cache
    def read(cls, folder: Path, every: int = 1) -> Case:
        poses = [
            parse_pose_images(_images(folder / f"{name}_poses", every))
            for name in ("source", "target", "target_aligned")
        ]
        masks = [
            MaskSequence(_images(folder / f"{name}_masks", every)[..., 0] > 127, "official")
            for name in ("source", "target", "predicted")
        ]
        return cls(*poses, *masks)

    def align(self, mode: AlignMode) -> Alignment:
        clips = (self.source_poses, self.source_masks, self.target_poses, self.target_masks)
        return align(*clips, mode, estimator=load_bone_lengths())

    def predict(self, aligned: Alignment) -> MaskSequence:
        return WarpedTargetMask().predict(self.source_poses, self.source_masks, aligned, self.target_masks)


def joint_error(ours: PoseSequence, official: PoseSequence) -> float:
    """Mean distance in pixels over the joints whose dots are visible in both."""
    both = (ours.body_scores == 1) & (official.body_scores == 1)
    return float(np.linalg.norm(ours.body - official.body, axis=-1)[both].mean())


def mean_iou(ours: Bools, official: Bools) -> float:
    """Mean intersection over union of the frames."""
    union = (ours | official).sum(axis=(1, 2))
    return float(((ours & official).sum(axis=(1, 2)) / np.maximum(union, 1)).mean())


def measure(case: Case) -> list[float]:
    """The joint error of each mode, then the target masks' IoU from the official aligned poses and from ours."""
    alignments = {mode: case.align(mode) for mode in MODES}
    errors = [joint_error(aligned.poses, case.aligned_poses) for aligned in alignments.values()]
    given = recover(case.target_poses, case.aligned_poses)
    masks = [case.predict(aligned).masks for aligned in (given, alignments["similarity"])]
    return errors + [mean_iou(mask, case.predicted_masks.masks) for mask in masks]


def _images(folder: Path, every: int) -> Frames:
    paths = sorted(folder.iterdir(), key=lambda path: int(path.stem.split("_")[-1]))
    return np.stack([cv2.imread(str(path))[..., ::-1] for path in paths[::every]])


def _line(name: str, values: list[float]) -> str:
    titles = [*MODES, "IoU given", "IoU similarity"]
    return "  ".join([f"{name:8}", *(f"{title} {value:.2f}" for title, value in zip(titles, values, strict=True))])


def main() -> None:
    rows = []
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        rows.append(measure(Case.read(folder)))
        print(_line(folder.name, rows[-1]), flush=True)
    print(_line("mean", np.mean(rows, axis=0).tolist()))


if __name__ == "__main__":
    main()
