"""Person masks by Segment Anything (arXiv 2304.02643): asked for by the pose, doubted, asked for again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.mediapipe import confident_pixels, covers, is_empty
from preprocess.segmentation.refine import DOT, GrabCutRefiner, disc, joined_to, reach_of_click
from preprocess.segmentation.sam_prompts import (
    Prompt,
    box_around,
    is_about,
    make_prompts,
    points_of_body,
    spills,
    usual_areas,
)
from preprocess.types import Bools, Clip, Floats, Frame, MaskSequence, Observation, PoseSequence, Segmenter
from preprocess.warnings import ClipWarning, WarningCode


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

    def segment(
        self, clip: Clip, seen: Observation, on_progress: OnProgress = ignore_progress
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The person's mask in each frame, and warnings; `on_progress` gets the number of frames done.

        Frames without a pose have empty masks.
        """
        width, height = clip.size
        masks = np.zeros((len(clip), height, width), bool)
        for index, frame in enumerate(clip.frames):
            masks[index] = self._find(frame, seen.poses, index, usual=0)
            on_progress(index + 1)
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
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The masks with the fallback's in the frames that failed, and a warning that names these."""
        if not len(failed):
            return MaskSequence(masks, "sam"), ()
        found, doubts = self._fallback.segment(*_only(clip, seen, failed))
        masks[failed] = found.masks
        warning = ClipWarning(WarningCode.MASK_FALLBACK, tuple(failed.tolist()), values={"origin": found.origin})
        doubts = () if found.masks.any() else doubts
        in_clip = (replace(doubt, frames=tuple(failed[list(doubt.frames)].tolist())) for doubt in doubts)
        return MaskSequence(masks, "sam"), (warning, *in_clip)


def _only(clip: Clip, seen: Observation, frames: NDArray[np.intp]) -> tuple[Clip, Observation]:
    """A few frames as a clip of their own, and what was seen of them."""
    poses = replace(seen.poses, keypoints=seen.poses.keypoints[frames], scores=seen.poses.scores[frames], drawings=None)
    masks = MaskSequence(seen.masks.masks[frames], seen.masks.origin) if seen.masks else None
    return replace(clip, frames=clip.frames[frames], sound=None), Observation(poses, masks)


MOST_PICTURES = 64  # of 4 MB each


class CachedPredictor:
    """A `MaskPredictor` around segment_anything's own: a picture that it has seen lately costs nothing again."""

    def __init__(self, sam: Any) -> None:
        from segment_anything import SamPredictor

        self._predictor = SamPredictor(sam)
        self._seen: OrderedDict[bytes, tuple[Any, Any, Any]] = OrderedDict()

    def set_image(self, image: Frame) -> None:
        """Look at a picture uint8 [H, W, 3] RGB, or remember it."""
        predictor, key = self._predictor, blake2b(image.tobytes(), key=str(image.shape).encode()).digest()
        if key not in self._seen:
            predictor.set_image(image)
            self._seen[key] = predictor.features, predictor.original_size, predictor.input_size
        self._seen.move_to_end(key)
        predictor.features, predictor.original_size, predictor.input_size = self._seen[key]
        while len(self._seen) > MOST_PICTURES:
            self._seen.popitem(last=False)

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        """Masks bool [3, H, W], how good they are f32 [3], their logits f32 [3, h, w] at the network's own size."""
        answer: tuple[Bools, Floats, Floats] = self._predictor.predict(point_coords, point_labels, box, mask_input)
        return answer


class SamRefiner(GrabCutRefiner):
    """A `MaskRefiner` that asks a predictor what lies at a click, and colours alone where it doesn't know."""

    def __init__(self, predictor: MaskPredictor) -> None:
        self._predictor = predictor

    def region(self, frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
        """What a click adds to a mask [H, W], or takes from it: of the thing at the place, what is near it."""
        if mask[y, x] == is_person:
            return np.zeros_like(mask)
        self._predictor.set_image(frame)
        things, qualities, _ = self._predictor.predict(np.array([[x, y]], np.float32), np.array([1]))
        holding = [index for index in np.argsort(-qualities) if things[index][y, x]]
        if not holding:
            return super().region(frame, mask, x, y, is_person, strength)
        near = disc(mask.shape, x, y, reach_of_click(mask, strength) / max(mask.shape))
        here = disc(mask.shape, x, y, DOT) | (things[holding[0]] > 0)
        return joined_to(here & near & (mask != is_person), x, y)
