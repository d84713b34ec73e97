"""A training clip: the model's inputs and the ground truth, and the file that holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.errors import InputError
from motionfollower.pipeline.model_inputs import ModelInputs
from preprocess.types import Bools, Frames
from preprocess.video.atomic import atomic_path, output_errors

CHANNELS = 17
"""Five RGB videos and two masks."""


@dataclass(frozen=True)
class TrainingClip:
    """The inputs of an edit and its ground truth: frames uint8 [F, H, W, 3], masks bool [F, H, W].

    `truth` shows the source person in the target poses. `puppet` is black in clips without one.
    """

    source: Frames
    puppet: Frames
    truth: Frames
    source_pose: Frames
    target_pose: Frames
    source_mask: Bools
    target_mask: Bools

    @classmethod
    def of(cls, inputs: ModelInputs, truth: Frames) -> TrainingClip:
        """The clip of a model's inputs and the ground truth in the same crop."""
        puppet = np.zeros_like(truth) if inputs.puppet is None else inputs.puppet
        poses, masks = (inputs.source_pose, inputs.target_pose), (inputs.source_mask, inputs.target_mask)
        return cls(inputs.source, puppet, truth, *poses, *masks)

    def __len__(self) -> int:
        return len(self.source)

    def part(self, frames: range) -> TrainingClip:
        """A range of the frames."""
        return self._map(lambda array: array[frames.start : frames.stop])

    def cropped(self, x: int, y: int, size: int) -> TrainingClip:
        """The square of `size` pixels a side whose upper left corner is at column x and row y."""
        return self._map(lambda array: array[:, y : y + size, x : x + size])

    def _map(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> TrainingClip:
        changed: dict[str, Any] = {field.name: change(getattr(self, field.name)) for field in fields(self)}
        return replace(self, **changed)


def write_clip(path: Path, clip: TrainingClip) -> None:
    """Write a clip atomically, uncompressed, so that single frames can be read from a memory map."""
    videos = (clip.source, clip.puppet, clip.truth, clip.source_pose, clip.target_pose)
    masks = (mask[..., None].astype(np.uint8) for mask in (clip.source_mask, clip.target_mask))
    with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
        np.save(file, np.concatenate([*videos, *masks], axis=3))


def read_clip_file(path: Path) -> TrainingClip:
    """Open a clip as a memory map; InputError where the file is missing or damaged."""
    try:
        array = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise InputError(
            f"{path} is missing or damaged: {error}. Run `train clips` again: it makes the missing clips only."
        ) from error
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[3] != CHANNELS:
        raise InputError(
            f"{path} is not a training clip: {array.dtype} {array.shape}. Choose a folder that `train clips` made."
        )
    source, puppet, truth, source_pose, target_pose = (array[..., first : first + 3] for first in range(0, 15, 3))
    source_mask, target_mask = (array[..., channel].view(np.bool_) for channel in (15, 16))
    return TrainingClip(source, puppet, truth, source_pose, target_pose, source_mask, target_mask)
