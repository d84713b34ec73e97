"""How well an embedded run repeats what a clip really shows: `python tests/measure_edit.py CLIP_OR_CASE …`.

Half a clip is edited to follow its own other half, which is then the truth (self-reenactment). Prints the PSNR of
the person, in dB, of the puppet alone and of runs from different shares of the noise.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionfollower.io.case import read_case
from motionfollower.pipeline.backends import Backend, load_backend
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.metrics import psnr
from motionfollower.research.training.data.real import later_from_earlier
from preprocess.progress import run_to_end
from preprocess.puppet.animate import animate
from preprocess.types import Clip, MaskSequence, PoseSequence
from preprocess.video.read import read_clip

sys.path.insert(0, str(Path(__file__).parents[1]))

FRAMES = 24
STRENGTHS = (0.05, 0.1, 0.2, 0.35, 0.5, 1.0)


def look_at(path: Path, backend: Backend) -> tuple[Clip, PoseSequence, MaskSequence]:
    """A clip with its person's poses and masks: those of a case, or found anew."""
    if path.is_dir():
        inputs = read_case(path, FRAMES)
        return inputs.source, replace(inputs.source_poses, drawings=None), inputs.source_masks
    clip = replace(read_clip(path, max_frames=FRAMES), sound=None)
    seen = run_to_end(backend.preprocessors.poses.estimate(clip))
    masks, _ = run_to_end(backend.preprocessors.segmenter.segment(clip, seen))
    return clip, seen.poses, masks


def measure(path: Path, backend: Backend) -> list[float]:
    known = later_from_earlier(*look_at(path, backend), with_puppet=True)
    inputs, person = known.inputs, known.inputs.target_masks.masks
    seen = inputs.source, inputs.source_poses, inputs.source_masks
    moved = animate(*seen, inputs.aligned_poses, known.background, inputs.target_masks)
    puppet = run_to_end(moved).frames
    settings = [replace(backend.settings, strength=strength) for strength in STRENGTHS]
    edits = [run_to_end(edit(inputs, setting, backend)).edited.frames for setting in settings]
    return [psnr(pictures, known.truth, person) for pictures in (puppet, *edits)]


def main(paths: list[Path]) -> None:
    backend = load_backend("embedded")
    print(f"{'':32}  puppet " + " ".join(f"{strength:6}" for strength in STRENGTHS))
    rows = [measure(path, backend) for path in paths]
    for name, row in zip([*(path.name for path in paths), "mean"], [*rows, np.mean(rows, axis=0)], strict=True):
        print(f"{name:32}  " + " ".join(f"{value:6.2f}" for value in row))


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
