"""Edits whose right answer is known, and training clips from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionfollower.core.types import EditInputs
from motionfollower.pipeline.crop import model_inputs_through
from motionfollower.research.training.data.clip import TrainingClip
from preprocess.progress import run_to_end
from preprocess.puppet.animate import animate
from preprocess.types import Clip, Frames
from preprocess.video.crop import Crop

SHOWN_HEIGHT = (0.6, 1.35)
SOURCE_SHARE = 0.25  # of the framings are around the source's place, so that it is learned to be left
LEAST_HEIGHT = 0.1  # of the picture: of somebody who is hardly in it
CLIP_FRAMES = 8
"""Frames of a training clip; the puppet's limbs come from all of the edit."""


@dataclass(frozen=True)
class Reenactment:
    """The inputs of an edit with its `truth` uint8 [F, H, W, 3].

    `background`, of the same shape, is the source without its person; None makes clips without a puppet.
    """

    inputs: EditInputs
    truth: Frames
    background: Frames | None

    def shows_somebody(self, frames: range) -> bool:
        """Whether a clip of some frames has anything to learn from."""
        span = _span(frames)
        return bool(self.inputs.source_masks.masks.any() and self.inputs.target_masks.masks[span].any())

    def clip(self, frames: range, framing: Crop) -> TrainingClip:
        """Some of the frames as the networks see them in a framing."""
        span, whole = _span(frames), self.inputs
        inputs = EditInputs(
            source=Clip(whole.source.frames[span], whole.source.fps),
            source_poses=whole.source_poses.part(frames),
            aligned_poses=whole.aligned_poses.part(frames),
            source_masks=whole.source_masks.part(frames),
            target_masks=whole.target_masks.part(frames),
        )
        view = model_inputs_through(framing, inputs, self._puppet(inputs, span))
        return TrainingClip.of(view, framing.apply(self.truth[span]))

    def _puppet(self, shown: EditInputs, span: slice) -> Frames | None:
        """The puppet in the poses that are `shown`, with limbs from all of the edit."""
        if self.background is None:
            return None
        known = self.inputs.source, self.inputs.source_poses, self.inputs.source_masks
        return run_to_end(animate(*known, shown.aligned_poses, self.background[span], shown.target_masks)).frames


def draw_framing(edit: Reenactment, frames: range, size: int, random: np.random.Generator) -> Crop:
    """A square on the person, `size` pixels a side, as large as a model sees people: mostly where they will be.

    It is often too small for all of them: a model of `size` learns every detail, and is then used on larger views.
    """
    masks = edit.inputs.source_masks if random.random() < SOURCE_SHARE else edit.inputs.target_masks
    seen = masks.masks[_span(frames)]
    mask = (seen if seen.any() else edit.inputs.target_masks.masks[_span(frames)]).any(axis=0)
    rows, columns = np.nonzero(mask)
    shown = random.uniform(*SHOWN_HEIGHT)  # of the person, in sizes of the square
    side = max(float(np.ptp(rows)) + 1, LEAST_HEIGHT * mask.shape[0]) / shown
    place = int(random.integers(len(rows)))
    x, y = (
        0.5 * (float(values.min() + values.max()) / 2 + float(values[place])) - side / 2 for values in (columns, rows)
    )
    return Crop((x, y, side, side), (size, size))


def _span(frames: range) -> slice:
    return slice(frames.start, frames.stop)
