"""Training clips from real videos: earlier frames are the source, later frames of the same person the ground truth.

The paper takes two random frames of one video: one is the reference, the other gives pose and pixels (§4).
A puppet is drawn over the source's background, so that clips with one need a fixed camera.
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
from motionfollower.research.training.data.reenactment import CLIP_FRAMES, Reenactment, draw_crop
from preprocess.background.camera_travel import camera_travel
from preprocess.background.fill import fill_background
from preprocess.types import Clip, MaskSequence, PoseSequence
from preprocess.video.probe import probe


def clips_of_video(
    video: Path, size: int, with_puppet: bool, settings: PrepareSettings, preprocessors: Preprocessors
) -> Iterator[TrainingClip]:
    """Clips of CLIP_FRAMES frames from a video or a folder of images, with poses and masks from the `preprocessors`.

    `settings` give the frames to read and the person to follow. InputError where the video can't be read, shows no
    person, is shorter than two clips, or has a moving camera and the clips shall have a puppet.
    """
    clip, _ = read_source(probe(video), settings)
    half = len(clip) // 2
    if half < CLIP_FRAMES:
        raise InputError(f"{video.name} has {len(clip)} frames; at least {2 * CLIP_FRAMES} are needed.")
    seen, masks, _ = detect_person(clip, "source", settings.source_person, preprocessors)
    if not masks.masks.any():
        raise InputError(f"No person is found in {video.name}.")
    if with_puppet and CameraModeProposal(camera_travel(clip, masks)).is_on:
        raise InputError(f"{video.name} has a moving camera. Clips with a puppet need a fixed camera.")
    random = np.random.default_rng(half)
    reenactment = self_reenactment(clip, seen.poses, masks, with_puppet)
    for start in range(0, half - CLIP_FRAMES + 1, CLIP_FRAMES):
        frames = range(start, start + CLIP_FRAMES)
        if reenactment.shows_person(frames):
            yield reenactment.clip(frames, draw_crop(reenactment, frames, size, random))


def self_reenactment(clip: Clip, poses: PoseSequence, masks: MaskSequence, with_puppet: bool) -> Reenactment:
    """The first half of a clip re-posed with the motion of its second half, which is the ground truth."""
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
