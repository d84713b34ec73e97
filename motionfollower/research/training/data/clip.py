"""One training clip: what the networks are shown, and the right answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.errors import InputError
from motionfollower.pipeline.crop import ModelInputs
from preprocess.types import Bools, Frames
from preprocess.video.atomic import atomic_path, output_errors

CHANNELS = 17
"""Five pictures of three colours, two masks."""


@dataclass(frozen=True)
class TrainingClip:
    """An edit and its truth: pictures uint8 [F, H, W, 3], masks bool [F, H, W].

    `truth` is the source's person in the target's poses; where there is nothing to know of a puppet, it is black.
    """

    source: Frames
    puppet: Frames
    truth: Frames
    source_pose: Frames
    target_pose: Frames
    source_mask: Bools
    target_mask: Bools

    @classmethod
    def of(cls, view: ModelInputs, truth: Frames) -> TrainingClip:
        """What a view of an edit shows, with the truth in the same framing."""
        puppet = np.zeros_like(truth) if view.puppet is None else view.puppet
        return cls(view.source, puppet, truth, view.source_pose, view.target_pose, view.source_mask, view.target_mask)

    def __len__(self) -> int:
        return len(self.source)

    def part(self, frames: range) -> TrainingClip:
        """Some of the frames."""
        return self._of_each(lambda array: array[frames.start : frames.stop])

    def cropped(self, x: int, y: int, size: int) -> TrainingClip:
        """The square of `size` pixels a side whose upper left corner is at column x and row y."""
        return self._of_each(lambda array: array[:, y : y + size, x : x + size])

    def _of_each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> TrainingClip:
        changed: dict[str, Any] = {field.name: change(getattr(self, field.name)) for field in fields(self)}
        return replace(self, **changed)


def write_clip(path: Path, clip: TrainingClip) -> None:
    """Write a clip uncompressed, so that a single frame can be read alone; whole or not at all."""
    pictures = (clip.source, clip.puppet, clip.truth, clip.source_pose, clip.target_pose)
    masks = (mask[..., None].astype(np.uint8) for mask in (clip.source_mask, clip.target_mask))
    with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
        np.save(file, np.concatenate([*pictures, *masks], axis=3))


def read_clip_file(path: Path) -> TrainingClip:
    """A clip whose pixels are read when they are looked at; InputError where the file is missing or damaged."""
    try:
        array = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path} is missing or damaged: {error}. Make the set again: whole clips are kept.") from error
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[3] != CHANNELS:
        raise InputError(
            f"{path} is no training clip: {array.dtype} {array.shape}. Choose a folder that `train clips` has made."
        )
    source, puppet, truth, source_pose, target_pose = (array[..., first : first + 3] for first in range(0, 15, 3))
    source_mask, target_mask = (array[..., channel].view(np.bool_) for channel in (15, 16))
    return TrainingClip(source, puppet, truth, source_pose, target_pose, source_mask, target_mask)
