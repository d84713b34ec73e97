"""Compare MediaPipe's poses and masks with the released ones: `python tools/measure_poses.py ../shared/cases`.

Prints a line per clip and one of means. PCK@t is the fraction of the official joints whose estimate lies within t times
the longer side of the bounding box of that frame's official joints. Official joints count where their dot is inside the
image; where no person is found they count as missed. Of several official people, the one who is followed counts. A
frame is sane when its mean joint error is below 0.1. Masks are compared by intersection over union, frame by frame.
"""

from __future__ import annotations

import sys
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.parse_render import parse_pose_images
from preprocess.pose.skeleton import BODY
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.types import Bools, Clip, Floats, Frames, PoseSequence

DOT_SEEN = 0.9  # joints whose dot is hidden are parsed with a lower score


@dataclass(frozen=True)
class PoseMetrics:
    """Fractions in [0, 1]; `error` is the median joint error in pixels."""

    pck05: float
    pck10: float
    error: float
    sane: float
    iou: float


def measure_case(case: Path, side: str, every: int = 1) -> PoseMetrics:
    """The metrics of the "source" or "target" of a case, over every `every`-th frame."""
    clip = Clip(read_folder(case / f"{side}_images")[::every], fps=8)
    official = parse_pose_images(read_folder(case / f"{side}_poses")[::every])
    official_masks = read_folder(case / f"{side}_masks")[::every, ..., 0] > 127
    seen = HolisticEstimator().estimate(clip)
    masks, _ = MediaPipeSegmenter().segment(clip, seen)
    return compare(seen.poses, official, masks.masks, official_masks)


def compare(poses: PoseSequence, official: PoseSequence, masks: Bools, official_masks: Bools) -> PoseMetrics:
    """The metrics of estimated joints and masks against official ones."""
    counted = (official.body_scores > DOT_SEEN) & ((official.body >= 0) & (official.body < official.size)).all(axis=-1)
    errors = np.linalg.norm(poses.body - official.body, axis=-1)
    errors[poses.scores[:, BODY] == 0] = np.inf
    sizes = np.array([np.ptp(joints[seen], axis=0).max() for joints, seen in zip(official.body, counted, strict=True)])
    relative = errors / sizes[:, None]
    sane = np.ma.array(relative, mask=~counted).mean(axis=1) < 0.1
    within = relative[counted]
    return PoseMetrics(
        float((within < 0.05).mean()),
        float((within < 0.1).mean()),
        float(np.median(errors[counted])),
        float(sane.mean()),
        float(frame_iou(masks, official_masks).mean()),
    )


def frame_iou(masks: Bools, others: Bools) -> Floats:
    """Intersection over union of each frame."""
    union = (masks | others).sum(axis=(1, 2))
    intersection = (masks & others).sum(axis=(1, 2))
    return np.where(union > 0, intersection / np.maximum(union, 1), 1).astype(np.float32)


def read_folder(folder: Path) -> Frames:
    """The images frame_<i> of a folder in their order."""
    files = sorted(folder.glob("frame_*"), key=lambda file: int(file.stem.removeprefix("frame_")))
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])


def _line(name: str, values: NDArray[np.float64]) -> str:
    pck05, pck10, error, sane, iou = values
    return f"{name:16} PCK@.05 {pck05:.3f}  PCK@.1 {pck10:.3f}  median {error:4.1f} px  sane {sane:.2f}  IoU {iou:.3f}"


def main(cases: Path) -> None:
    """Print a line per clip and their mean."""
    rows = []
    for case in sorted(cases.glob("case-*")):
        for side in ("source", "target"):
            rows.append(np.array(astuple(measure_case(case, side))))
            print(_line(f"{case.name} {side}", rows[-1]), flush=True)
    print(_line("mean", np.mean(rows, axis=0)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
