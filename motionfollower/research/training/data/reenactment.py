"""Reenactments, which are edits with a known result, and the training clips that are cropped from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.core.types import EditInputs
from motionfollower.pipeline.model_inputs import crop_inputs
from motionfollower.research.training.data.clip import TrainingClip
from preprocess.puppet.animate import animate
from preprocess.types import Clip, Frames
from preprocess.video.crop import Crop

PERSON_HEIGHT = (0.6, 1.35)  # range of the person's height, in sides of the crop
SOURCE_CROP = 0.25  # probability that a crop is around the source person, to train the vacated region
MIN_HEIGHT = 0.1  # of the image's height, for a person who is hardly visible
CLIP_FRAMES = 8
"""Frames of a training clip; the puppet's donor frames come from the whole source."""


@dataclass(frozen=True)
class Reenactment:
    """The inputs of an edit with its ground truth, uint8 [F, H, W, 3].

    `background`, of the same shape, is the source without its person; None makes clips without a puppet.
    """

    inputs: EditInputs
    truth: Frames
    background: Frames | None

    def shows_person(self, frames: range) -> bool:
        """Whether the person is visible in the source, and in these frames of the target."""
        span = _slice(frames)
        return bool(self.inputs.source_masks.masks.any() and self.inputs.target_masks.masks[span].any())

    def clip(self, frames: range, crop: Crop) -> TrainingClip:
        """The training clip of a range of frames, seen through a crop."""
        span, whole = _slice(frames), self.inputs
        inputs = EditInputs(
            source=Clip(whole.source.frames[span], whole.source.fps),
            source_poses=whole.source_poses.part(frames),
            aligned_poses=whole.aligned_poses.part(frames),
            source_masks=whole.source_masks.part(frames),
            target_masks=whole.target_masks.part(frames),
        )
        model_inputs = crop_inputs(crop, inputs, self._puppet(inputs, span))
        return TrainingClip.of(model_inputs, crop.apply(self.truth[span]))

    def _puppet(self, part: EditInputs, span: slice) -> Frames | None:
        """The puppet in the aligned poses of a part of the frames, with donor frames from the whole source."""
        if self.background is None:
            return None
        source = self.inputs.source, self.inputs.source_poses, self.inputs.source_masks
        return animate(*source, part.aligned_poses, self.background[span], part.target_masks).frames


def draw_crop(reenactment: Reenactment, frames: range, size: int, random: np.random.Generator) -> Crop:
    """A random square on the person, resized to `size` pixels a side; mostly on the target's position.

    It is scaled to the person as in an edit, and often too small for all of them: a model of `size` is trained on
    details, and is then used at larger sizes.
    """
    inputs, span = reenactment.inputs, _slice(frames)
    masks = inputs.source_masks if random.random() < SOURCE_CROP else inputs.target_masks
    chosen = masks.masks[span]
    mask = (chosen if chosen.any() else inputs.target_masks.masks[span]).any(axis=0)
    rows, columns = np.nonzero(mask)
    height = random.uniform(*PERSON_HEIGHT)
    side = max(float(np.ptp(rows)) + 1, MIN_HEIGHT * mask.shape[0]) / height
    pixel = int(random.integers(len(rows)))
    x, y = (
        0.5 * (float(values.min() + values.max()) / 2 + float(values[pixel])) - side / 2 for values in (columns, rows)
    )
    return Crop((x, y, side, side), (size, size))


def _slice(frames: range) -> slice:
    return slice(frames.start, frames.stop)
