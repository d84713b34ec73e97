"""Self-reenactment by the embedded backend: `python tools/measure_edit.py CLIP_OR_CASE …`.

The first half of a clip is edited to follow its second half, which is the ground truth. Prints the PSNR of the person
in dB, of the puppet alone and of edits of different strengths.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from motionfollower.io.case import read_case
from motionfollower.pipeline.backends import Backend, load_backend
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.metrics import psnr
from motionfollower.research.training.data.real import self_reenactment
from preprocess.puppet.animate import animate
from preprocess.types import Clip, MaskSequence, PoseSequence
from preprocess.video.read import read_clip

FRAMES = 24
STRENGTHS = (0.05, 0.1, 0.2, 0.35, 0.5, 1.0)


def read_or_detect(path: Path, backend: Backend) -> tuple[Clip, PoseSequence, MaskSequence]:
    """A clip with its person's poses and masks: those of a case, or detected ones."""
    if path.is_dir():
        inputs = read_case(path, FRAMES)
        return inputs.source, replace(inputs.source_poses, drawings=None), inputs.source_masks
    clip = replace(read_clip(path, max_frames=FRAMES), sound=None)
    seen = backend.preprocessors.poses.estimate(clip)
    masks, _ = backend.preprocessors.segmenter.segment(clip, seen)
    return clip, seen.poses, masks


def measure(path: Path, backend: Backend) -> list[float]:
    reenactment = self_reenactment(*read_or_detect(path, backend), with_puppet=True)
    inputs, person = reenactment.inputs, reenactment.inputs.target_masks.masks
    source = inputs.source, inputs.source_poses, inputs.source_masks
    puppet = animate(*source, inputs.aligned_poses, reenactment.background, inputs.target_masks).frames
    settings = [replace(backend.settings, strength=strength) for strength in STRENGTHS]
    edits = [edit(inputs, setting, backend).edited.frames for setting in settings]
    return [psnr(frames, reenactment.truth, person) for frames in (puppet, *edits)]


def main(paths: list[Path]) -> None:
    backend = load_backend("embedded")
    print(f"{'':32}  puppet " + " ".join(f"{strength:6}" for strength in STRENGTHS))
    rows = [measure(path, backend) for path in paths]
    for name, row in zip([*(path.name for path in paths), "mean"], [*rows, np.mean(rows, axis=0)], strict=True):
        print(f"{name:32}  " + " ".join(f"{value:6.2f}" for value in row))


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
