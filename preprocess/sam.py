"""Person masks by Segment Anything (arXiv 2304.02643): asked for by the pose, doubted, asked for again."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from preprocess.finish import finish
from preprocess.sam_prompts import Prompt, box_around, is_about, make_prompts, points_of_body, spills, usual_areas
from preprocess.segment import confident_pixels, covers, is_empty
from preprocess.types import Bools, Clip, Floats, Frame, MaskSequence, Observation, PoseSequence, Segmenter
from preprocess.wording import name_frames


class MaskPredictor(Protocol):
    """What is used of segment_anything's `SamPredictor`."""

    def set_image(self, image: Frame) -> None:
        """Look at a picture; takes most of the time."""

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        """Three masks bool [3, H, W] of the picture, how good each is f32 [3], and their logits at a quarter."""


class SamSegmenter:
    """A `Segmenter` that asks a predictor for the person of each pose.

    An answer that misses the joints, lies elsewhere, or is much larger or smaller than those around it is not
    believed: other prompts are tried, then `fallback` finds the masks of these frames, and a warning names them.
    """

    def __init__(self, predictor: MaskPredictor, fallback: Segmenter) -> None:
        self._predictor = predictor
        self._fallback = fallback

    def segment(self, clip: Clip, seen: Observation) -> Generator[int, None, tuple[MaskSequence, tuple[str, ...]]]:
        """Yield the number of frames done, return the masks and warnings. Frames without a pose have empty masks."""
        width, height = clip.size
        masks = np.zeros((len(clip), height, width), bool)
        for index, frame in enumerate(clip.frames):
            masks[index] = self._find(frame, seen.poses, index, usual=0)
            yield index + 1
        usual = usual_areas(masks)
        for index in map(int, np.flatnonzero(~is_empty(masks))):
            if not is_about(masks[index].sum(), usual[index]):
                masks[index] = self._find(clip.frames[index], seen.poses, index, usual[index])
        failed = is_empty(masks) & (seen.poses.scores.max(axis=1) > 0)
        return self._replace(masks, clip, seen, np.flatnonzero(failed))

    def _find(self, frame: Frame, poses: PoseSequence, index: int, usual: float) -> Bools:
        """The first answer that is believed, bool [H, W], empty where none is."""
        nothing = np.zeros(frame.shape[:2], bool)
        pixels = confident_pixels(poses, index)
        if not len(pixels):
            return nothing
        points = points_of_body(poses.body[index], poses.body_scores[index], poses.size)
        box = box_around(points, poses.size)
        self._predictor.set_image(frame)
        answers = (mask for prompt in make_prompts(points, box) for mask in self._ask(prompt))
        believed = (it for it in answers if covers(it, pixels) and not spills(it, box) and is_about(it.sum(), usual))
        return next(believed, nothing)

    def _ask(self, prompt: Prompt) -> Sequence[Bools]:
        """The predictor's answers, the best first."""
        points = len(prompt.points) > 0
        masks, qualities, _ = self._predictor.predict(
            point_coords=prompt.points if points else None,
            point_labels=prompt.are_person.astype(int) if points else None,
            box=prompt.box,
        )
        return [masks[index] > 0 for index in np.argsort(-qualities)]

    def _replace(
        self, masks: Bools, clip: Clip, seen: Observation, failed: NDArray[np.intp]
    ) -> tuple[MaskSequence, tuple[str, ...]]:
        """The masks with the fallback's in the frames that failed, and a sentence that names these."""
        if not len(failed):
            return MaskSequence(masks, "sam"), ()
        found, doubts = finish(self._fallback.segment(*_only(clip, seen, failed)))
        masks[failed] = found.masks
        where = np.isin(np.arange(len(clip)), failed)
        sentence = (
            f"The mask of {name_frames(where)} is {found.origin}'s: Segment Anything found none that fits the pose."
        )
        return MaskSequence(masks, "sam"), (sentence, *([] if found.masks.any() else doubts))


def _only(clip: Clip, seen: Observation, frames: NDArray[np.intp]) -> tuple[Clip, Observation]:
    """A few frames as a clip of their own, and what was seen of them."""
    poses = replace(seen.poses, keypoints=seen.poses.keypoints[frames], scores=seen.poses.scores[frames], drawings=None)
    masks = MaskSequence(seen.masks.masks[frames], seen.masks.origin) if seen.masks else None
    return replace(clip, frames=clip.frames[frames], sound=None), Observation(poses, masks)
