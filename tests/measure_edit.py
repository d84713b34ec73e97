"""How well an embedded run repeats what a clip really shows: `python tests/measure_edit.py CLIP_OR_CASE …`.

Half a clip is edited to follow its own other half, which is then the truth (self-reenactment). Prints the PSNR of
the person, in dB, of the puppet alone and of runs from different shares of the noise.
"""

import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from motionfollower.backends import Backend, load_backend
from motionfollower.case import read_case
from motionfollower.pipeline import edit
from motionfollower.types import EditInputs
from preprocess.background import fill_background
from preprocess.puppet import animate
from preprocess.types import Bools, Clip, Frames, MaskSequence, PoseSequence
from preprocess.video import read_clip

FRAMES = 24
STRENGTHS = (0.05, 0.1, 0.2, 0.35, 0.5, 1.0)


def finish(events: Generator[object, None, object]) -> object:
    """The result of a generator."""
    while True:
        try:
            next(events)
        except StopIteration as stop:
            return stop.value


def look_at(path: Path, backend: Backend) -> tuple[Clip, PoseSequence, MaskSequence]:
    """A clip with its person's poses and masks: those of a case, or found anew."""
    if path.is_dir():
        inputs = read_case(path, FRAMES)
        return inputs.source, inputs.source_poses, inputs.source_masks
    clip = replace(read_clip(path, max_frames=FRAMES), sound=None)
    seen = finish(backend.preprocessors.poses.estimate(clip))
    masks, _ = finish(backend.preprocessors.segmenter.segment(clip, seen))
    return clip, seen.poses, masks


def halve(clip: Clip, poses: PoseSequence, masks: MaskSequence) -> tuple[EditInputs, Frames, Bools]:
    """The first half to be edited to the second; what the second shows, and where its person is."""
    middle = len(clip) // 2
    first, second = slice(0, middle), slice(middle, 2 * middle)
    inputs = EditInputs(
        source=replace(clip, frames=clip.frames[first]),
        source_poses=part(poses, first),
        aligned_poses=part(poses, second),
        source_masks=MaskSequence(masks.masks[first], masks.origin),
        target_masks=MaskSequence(masks.masks[second], masks.origin),
    )
    return inputs, clip.frames[second], masks.masks[second]


def part(poses: PoseSequence, frames: slice) -> PoseSequence:
    return PoseSequence(poses.keypoints[frames], poses.scores[frames], poses.size)


def psnr(pictures: Frames, truth: Frames, where: Bools) -> float:
    """In dB, over the pixels where a mask bool [F, H, W] is set."""
    return float(-10 * np.log10(np.mean((pictures[where] / 255.0 - truth[where] / 255.0) ** 2)))


def measure(path: Path, backend: Backend) -> list[float]:
    inputs, truth, person = halve(*look_at(path, backend))
    background = np.stack(list(fill_background(inputs.source, inputs.source_masks)))
    puppet = finish(
        animate(inputs.source, inputs.source_poses, inputs.source_masks, inputs.aligned_poses, background)
    ).frames
    settings = [replace(backend.settings, strength=strength) for strength in STRENGTHS]
    edits = [finish(edit(inputs, setting, backend)).edited.frames for setting in settings]
    return [psnr(pictures, truth, person) for pictures in (puppet, *edits)]


def main(paths: list[Path]) -> None:
    backend = load_backend("embedded")
    print(f"{'':32}  puppet " + " ".join(f"{strength:6}" for strength in STRENGTHS))
    rows = [measure(path, backend) for path in paths]
    for name, row in zip([*(path.name for path in paths), "mean"], [*rows, np.mean(rows, axis=0)], strict=True):
        print(f"{name:32}  " + " ".join(f"{value:6.2f}" for value in row))


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
