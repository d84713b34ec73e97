"""Segment Anything (SAM, arXiv 2304.02643): person masks from pose prompts, and refinement of masks from clicks."""

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
from preprocess.segmentation.refine import DOT, GrabCutRefiner, click_radius, connected_to, disc
from preprocess.segmentation.sam_prompts import (
    Prompt,
    body_points,
    box_around,
    is_typical,
    leaks,
    make_prompts,
    typical_areas,
)
from preprocess.types import Bools, Clip, Floats, Frame, MaskSequence, Observation, PoseSequence, Segmenter
from preprocess.warnings import ClipWarning, WarningCode

MAX_CACHED_IMAGES = 64  # encoded images of 4 MB each


class MaskPredictor(Protocol):
    """The methods of segment_anything's `SamPredictor` that are used."""

    def set_image(self, image: Frame) -> None:
        """Encode an image; this takes most of the time."""

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        """Three masks bool [3, H, W], their predicted quality f32 [3], and logits at a quarter of the size."""


class SamSegmenter:
    """A `Segmenter` that prompts SAM with the person's pose in each frame.

    A mask that misses the joints, extends far beyond the person's box, or differs in area from those of neighbouring
    frames is rejected. Other prompts are then tried; where all fail, `fallback` segments the frame, and a warning names
    it.
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
            masks[index] = self._segment_frame(frame, seen.poses, index, typical_area=0)
            on_progress(index + 1)
        areas = typical_areas(masks)
        for index in map(int, np.flatnonzero(~is_empty(masks))):
            if not is_typical(masks[index].sum(), areas[index]):
                masks[index] = self._segment_frame(clip.frames[index], seen.poses, index, areas[index])
        failed = is_empty(masks) & (seen.poses.scores.max(axis=1) > 0)
        return self._with_fallback(masks, clip, seen, np.flatnonzero(failed))

    def _segment_frame(self, frame: Frame, poses: PoseSequence, index: int, typical_area: float) -> Bools:
        """The first mask that passes all checks, bool [H, W]; empty where none does."""
        empty = np.zeros(frame.shape[:2], bool)
        pixels = confident_pixels(poses, index)
        if not len(pixels):
            return empty
        points = body_points(poses.body[index], poses.body_scores[index], poses.size)
        box = box_around(points, poses.size)
        self._predictor.set_image(frame)
        masks = (mask for prompt in make_prompts(points, box) for mask in self._predict(prompt))
        fitting = (mask for mask in masks if covers(mask, pixels) and not leaks(mask, box))
        accepted = (mask for mask in fitting if is_typical(mask.sum(), typical_area))
        return next(accepted, empty)

    def _predict(self, prompt: Prompt) -> Sequence[Bools]:
        """The predicted masks, by descending quality."""
        has_points = len(prompt.points) > 0
        masks, qualities, _ = self._predictor.predict(
            point_coords=prompt.points if has_points else None,
            point_labels=prompt.are_person.astype(int) if has_points else None,
            box=prompt.box,
        )
        return [masks[index] > 0 for index in np.argsort(-qualities)]

    def _with_fallback(
        self, masks: Bools, clip: Clip, seen: Observation, failed: NDArray[np.intp]
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The masks with the fallback's in the frames that failed, and a warning that names these."""
        if not len(failed):
            return MaskSequence(masks, "sam"), ()
        replacement, warnings = self._fallback.segment(*_select_frames(clip, seen, failed))
        masks[failed] = replacement.masks
        warning = ClipWarning(WarningCode.MASK_FALLBACK, tuple(failed.tolist()), values={"origin": replacement.origin})
        if replacement.masks.any():
            return MaskSequence(masks, "sam"), (warning,)
        in_clip = (replace(other, frames=tuple(failed[list(other.frames)].tolist())) for other in warnings)
        return MaskSequence(masks, "sam"), (warning, *in_clip)


def _select_frames(clip: Clip, seen: Observation, frames: NDArray[np.intp]) -> tuple[Clip, Observation]:
    """Some frames as a clip, and the observation of them."""
    poses = replace(seen.poses, keypoints=seen.poses.keypoints[frames], scores=seen.poses.scores[frames], drawings=None)
    masks = MaskSequence(seen.masks.masks[frames], seen.masks.origin) if seen.masks else None
    return replace(clip, frames=clip.frames[frames], sound=None), Observation(poses, masks)


class CachedPredictor:
    """A `MaskPredictor` by segment_anything with an LRU cache of encoded images."""

    def __init__(self, sam: Any) -> None:
        from segment_anything import SamPredictor

        self._predictor = SamPredictor(sam)
        self._cache: OrderedDict[bytes, tuple[Any, Any, Any]] = OrderedDict()

    def set_image(self, image: Frame) -> None:
        """Encode an image uint8 [H, W, 3] RGB, or take its encoding from the cache."""
        predictor, key = self._predictor, blake2b(image.tobytes(), key=str(image.shape).encode()).digest()
        if key not in self._cache:
            predictor.set_image(image)
            self._cache[key] = predictor.features, predictor.original_size, predictor.input_size
        self._cache.move_to_end(key)
        predictor.features, predictor.original_size, predictor.input_size = self._cache[key]
        while len(self._cache) > MAX_CACHED_IMAGES:
            self._cache.popitem(last=False)

    def predict(
        self,
        point_coords: Floats | None = None,
        point_labels: NDArray[np.int_] | None = None,
        box: Floats | None = None,
        mask_input: Floats | None = None,
    ) -> tuple[Bools, Floats, Floats]:
        """Masks bool [3, H, W], their predicted quality f32 [3], and logits f32 [3, h, w] at the network's size."""
        prediction: tuple[Bools, Floats, Floats] = self._predictor.predict(point_coords, point_labels, box, mask_input)
        return prediction


class SamRefiner(GrabCutRefiner):
    """A `MaskRefiner` that segments the object at a click by SAM, and by GrabCut where SAM finds none."""

    def __init__(self, predictor: MaskPredictor) -> None:
        self._predictor = predictor

    def region(self, frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
        """What a click adds to a mask [H, W] or removes from it: the part of the clicked object near the click."""
        if mask[y, x] == is_person:
            return np.zeros_like(mask)
        self._predictor.set_image(frame)
        masks, qualities, _ = self._predictor.predict(np.array([[x, y]], np.float32), np.array([1]))
        matching = [index for index in np.argsort(-qualities) if masks[index][y, x]]
        if not matching:
            return super().region(frame, mask, x, y, is_person, strength)
        near = disc(mask.shape, x, y, click_radius(mask, strength) / max(mask.shape))
        clicked = disc(mask.shape, x, y, DOT) | (masks[matching[0]] > 0)
        return connected_to(clicked & near & (mask != is_person), x, y)
