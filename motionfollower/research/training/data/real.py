"""Training clips from real clips: somebody's earlier frames are the source, their later ones the truth.

The paper takes two random frames of one video: one is the reference, the other gives pose and pixels (§4).
Where a puppet is wanted the two must show one place, so that the camera must stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from motionfollower.core.config import PrepareSettings
from motionfollower.core.errors import InputError
from motionfollower.core.types import EditInputs
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.pipeline.prepare import detect_person
from motionfollower.pipeline.reading import read_source
from motionfollower.research.training.data.clip import TrainingClip
from motionfollower.research.training.data.reenactment import CLIP_FRAMES, Reenactment, draw_framing
from preprocess.background.camera_travel import camera_travel
from preprocess.background.fill import fill_background
from preprocess.progress import run_to_end
from preprocess.types import Clip, MaskSequence, PoseSequence
from preprocess.video.probe import probe


def clips_of_video(
    film: Path, size: int, with_puppet: bool, settings: PrepareSettings, preprocessors: Preprocessors
) -> Iterator[TrainingClip]:
    """Clips of CLIP_FRAMES frames from a video or a folder of pictures, poses and masks by the `preprocessors`.

    The `settings` say how it is read, and whom to follow in it. InputError where it can't be read, shows nobody, is
    shorter than two clips, or has a moving camera and is wanted with a puppet.
    """
    clip, _ = read_source(probe(film), settings)
    half = len(clip) // 2
    if half < CLIP_FRAMES:
        raise InputError(f"{film.name} has {len(clip)} frames; {2 * CLIP_FRAMES} are needed to learn from it.")
    seen, masks, _ = run_to_end(detect_person(clip, "source", settings.source_person, preprocessors))
    if not masks.masks.any():
        raise InputError(f"{film.name} shows nobody.")
    if with_puppet and CameraModeProposal(camera_travel(clip, masks)).is_on:
        raise InputError(f"{film.name} has a moving camera. With a puppet, only a camera that stands still can teach.")
    random = np.random.default_rng(half)
    edit = later_from_earlier(clip, seen.poses, masks, with_puppet)
    for start in range(0, half - CLIP_FRAMES + 1, CLIP_FRAMES):
        frames = range(start, start + CLIP_FRAMES)
        if edit.shows_somebody(frames):
            yield edit.clip(frames, draw_framing(edit, frames, size, random))


def later_from_earlier(clip: Clip, poses: PoseSequence, masks: MaskSequence, with_puppet: bool) -> Reenactment:
    """The first half of a clip edited to show what its second half does."""
    half = len(clip) // 2
    first, second = range(half), range(half, 2 * half)
    inputs = EditInputs(
        source=Clip(clip.frames[:half], clip.fps),
        source_poses=poses.part(first),
        aligned_poses=poses.part(second),
        source_masks=masks.part(first),
        target_masks=masks.part(second),
    )
    background = np.stack(list(fill_background(inputs.source, inputs.source_masks))) if with_puppet else None
    return Reenactment(inputs, clip.frames[half : 2 * half], background)
