"""Person masks by MediaPipe: the masks of the pose estimator, replaced where they do not fit the joints."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from preprocess.pose.skeleton import BODY
from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.selfie import open_selfie
from preprocess.types import Bools, Clip, Floats, MaskSequence, Observation, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode

CONFIDENT = 0.5  # a mask should cover the joints with a score above this
MIN_COVERED = 0.6  # minimum fraction of these joints that it covers
SLACK = 0.01  # frame heights; a joint this near to the mask counts as covered
MAX_HOLE = 0.0005  # of the frame's area; larger holes are background between limbs
SELFIE_THRESHOLD = 0.6


class MediaPipeSegmenter:
    """A `Segmenter` without downloads."""

    def segment(
        self, clip: Clip, seen: Observation, on_progress: OnProgress = ignore_progress
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The person's mask in each frame, and warnings; `on_progress` gets the number of frames done.

        A mask that comes with the pose is cleaned. One that misses most joints is replaced by selfie segmentation,
        and where that misses them too, by the mask of the nearest good frame, shifted with the joints. Frames without
        a pose have empty masks.
        """
        width, height = clip.size
        masks = np.zeros((len(clip), height, width), bool)
        with open_selfie() as segment_people:
            for index, frame in enumerate(clip.frames):
                pixels = confident_pixels(seen.poses, index)
                if len(pixels):
                    given = clean(seen.masks.masks[index], pixels) if seen.masks else masks[index]
                    fits = covers(given, pixels)
                    masks[index] = given if fits else clean(segment_people(frame) > SELFIE_THRESHOLD, pixels)
                    masks[index] &= covers(masks[index], pixels)
                on_progress(index + 1)
        posed = seen.poses.scores.max(axis=1) > 0
        failed = posed & is_empty(masks)
        masks = fill_from_nearest(masks, seen.poses, failed)
        return MaskSequence(masks, "mediapipe"), _warnings(failed, posed & is_empty(masks))


def clean(mask: Bools, pixels: NDArray[np.int_]) -> Bools:
    """The components of a mask [H, W] that contain one of the joints' pixels [N, 2], with small holes filled."""
    _, components = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    own = np.unique(components[pixels[:, 1], pixels[:, 0]])
    kept = np.isin(components, own[own > 0])
    _, holes, stats, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] <= MAX_HOLE * mask.size)
    return np.asarray(kept | np.isin(holes, small[small > 0]))


def covers(mask: Bools, pixels: NDArray[np.int_]) -> bool:
    """Whether a mask [H, W] covers enough of the joints' pixels [N, 2], within a tolerance."""
    side = 2 * round(SLACK * len(mask)) + 1
    dilated = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return bool(dilated[pixels[:, 1], pixels[:, 0]].mean() >= MIN_COVERED)


def fill_from_nearest(masks: Bools, poses: PoseSequence, missing: Bools) -> Bools:
    """Masks [F, H, W] with the missing ones copied from the nearest frame that has one, shifted with the joints."""
    filled = masks.copy()
    donors = np.flatnonzero(~is_empty(masks))
    for index in np.flatnonzero(missing if len(donors) else np.zeros_like(missing)):
        donor = donors[np.abs(donors - index).argmin()]
        weights = np.minimum(poses.body_scores[donor], poses.body_scores[index]) + 1e-6
        shift = np.average(poses.body[index] - poses.body[donor], axis=0, weights=weights)
        filled[index] = _shifted(masks[donor], shift)
    return filled


def is_empty(masks: Bools) -> Bools:
    """Which of the masks [F, H, W] are empty, bool [F]."""
    return ~np.asarray(masks.any(axis=(1, 2)))


def _shifted(mask: Bools, shift: Floats) -> Bools:
    matrix = np.hstack([np.eye(2), shift[:, None]])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), matrix, mask.shape[::-1], flags=cv2.INTER_NEAREST) > 0)


def confident_pixels(poses: PoseSequence, index: int) -> NDArray[np.int_]:
    """The pixels [N, 2] (x, y) of a frame's body joints that are inside it and have a high score."""
    pixels = np.rint(poses.body[index]).astype(int)
    inside = ((pixels >= 0) & (pixels < poses.size)).all(axis=1)
    return np.asarray(pixels[inside & (poses.scores[index, BODY] > CONFIDENT)])


def _warnings(copied: Bools, empty: Bools) -> tuple[ClipWarning, ...]:
    warnings = []
    if (copied & ~empty).any():
        warnings.append(ClipWarning.of_frames(WarningCode.MASK_COPIED, copied & ~empty))
    if empty.any():
        warnings.append(ClipWarning.of_frames(WarningCode.MASK_EMPTY, empty))
    return tuple(warnings)
