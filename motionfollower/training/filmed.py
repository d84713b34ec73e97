"""Training clips from real clips: somebody's earlier frames are the source, their later ones the truth.

The paper takes two random frames of one video: one is the reference, the other gives pose and pixels (§4).
Where a puppet is wanted the two must show one place, so that the camera must stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from motionfollower.backends import Preprocessors
from motionfollower.camera import propose_camera
from motionfollower.errors import InputError
from motionfollower.pipeline import prepare
from motionfollower.training.clips import TrainingClip
from motionfollower.training.edits import CLIP_FRAMES, KnownEdit, draw_framing
from motionfollower.types import EditInputs, PrepareSettings
from preprocess.background import fill_background
from preprocess.finish import finish
from preprocess.types import Clip


def clips_of_film(
    film: Path, size: int, with_puppet: bool, settings: PrepareSettings, preprocessors: Preprocessors
) -> Iterator[TrainingClip]:
    """Clips of CLIP_FRAMES frames from a video or a folder of pictures, poses and masks by the `preprocessors`.

    InputError where it can't be read, shows nobody, is shorter than two clips, or has a moving camera and is
    wanted with a puppet.
    """
    seen = finish(prepare(film, film, settings, preprocessors)).inputs
    half = len(seen.source) // 2
    if half < CLIP_FRAMES:
        raise InputError(f"{film.name} has {len(seen.source)} frames; {2 * CLIP_FRAMES} are needed to learn from it.")
    if with_puppet and propose_camera(seen).is_on:
        raise InputError(f"{film.name} has a moving camera. With a puppet, only a camera that stands still can teach.")
    random = np.random.default_rng(half)
    edit = _later_from_earlier(seen, half, with_puppet)
    for start in range(0, half - CLIP_FRAMES + 1, CLIP_FRAMES):
        frames = range(start, start + CLIP_FRAMES)
        if edit.shows_somebody(frames):
            yield edit.clip(frames, draw_framing(edit, frames, size, random))


def _later_from_earlier(seen: EditInputs, half: int, with_puppet: bool) -> KnownEdit:
    """The first half of a film edited to show what its second half does."""
    first, second = range(half), range(half, 2 * half)
    inputs = EditInputs(
        source=Clip(seen.source.frames[:half], seen.source.fps),
        source_poses=seen.source_poses.part(first),
        aligned_poses=seen.source_poses.part(second),
        source_masks=seen.source_masks.part(first),
        target_masks=seen.source_masks.part(second),
    )
    background = np.stack(list(fill_background(inputs.source, inputs.source_masks))) if with_puppet else None
    return KnownEdit(inputs, seen.source.frames[half : 2 * half], background)
