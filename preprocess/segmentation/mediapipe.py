"""Person masks with what lies inside MediaPipe's wheel: those that come with the pose, mended where they fail."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from preprocess.pose.skeleton import BODY
from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.selfie import open_selfie
from preprocess.types import Bools, Clip, Floats, MaskSequence, Observation, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode

CONFIDENT = 0.5  # the score of joints that a mask should cover
LEAST_COVERED = 0.6  # the share of them that it must cover
SLACK = 0.01  # a joint this near to the mask is covered, in picture heights
LARGEST_HOLE = 0.0005  # larger ones are background seen between the limbs, in picture areas
SELFIE_THRESHOLD = 0.6


class MediaPipeSegmenter:
    """A `Segmenter` that needs nothing but the installed packages."""

    def segment(
        self, clip: Clip, seen: Observation, on_progress: OnProgress = ignore_progress
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The person's mask in each frame, and warnings; `on_progress` gets the number of frames done.

        A mask that came with the pose is cleaned; one that misses most joints is made anew by selfie
        segmentation, and where that fails too it is moved there from the nearest good frame. Frames
        without a pose have empty masks.
        """
        width, height = clip.size
        masks = np.zeros((len(clip), height, width), bool)
        with open_selfie() as find_people:
            for index, frame in enumerate(clip.frames):
                pixels = confident_pixels(seen.poses, index)
                if len(pixels):
                    given = clean(seen.masks.masks[index], pixels) if seen.masks else masks[index]
                    fits = covers(given, pixels)
                    masks[index] = given if fits else clean(find_people(frame) > SELFIE_THRESHOLD, pixels)
                    masks[index] &= covers(masks[index], pixels)
                on_progress(index + 1)
        posed = seen.poses.scores.max(axis=1) > 0
        moved = posed & is_empty(masks)
        masks = fill_from_nearest(masks, seen.poses, moved)
        return MaskSequence(masks, "mediapipe"), _warnings(moved, posed & is_empty(masks))


def clean(mask: Bools, pixels: NDArray[np.int_]) -> Bools:
    """The parts of a mask [H, W] that hold one of the joints' pixels [N, 2], small holes in them filled."""
    _, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    own = np.unique(parts[pixels[:, 1], pixels[:, 0]])
    kept = np.isin(parts, own[own > 0])
    _, holes, stats, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] <= LARGEST_HOLE * mask.size)
    return np.asarray(kept | np.isin(holes, small[small > 0]))


def covers(mask: Bools, pixels: NDArray[np.int_]) -> bool:
    """Whether a mask [H, W] covers enough of the joints' pixels [N, 2], or nearly so."""
    reach = 2 * round(SLACK * len(mask)) + 1
    wide = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return bool(wide[pixels[:, 1], pixels[:, 0]].mean() >= LEAST_COVERED)


def fill_from_nearest(masks: Bools, poses: PoseSequence, missing: Bools) -> Bools:
    """Masks [F, H, W] with the missing ones taken from the nearest frame that has one, moved with the joints."""
    filled = masks.copy()
    givers = np.flatnonzero(~is_empty(masks))
    for index in np.flatnonzero(missing if len(givers) else np.zeros_like(missing)):
        giver = givers[np.abs(givers - index).argmin()]
        weights = np.minimum(poses.body_scores[giver], poses.body_scores[index]) + 1e-6
        shift = np.average(poses.body[index] - poses.body[giver], axis=0, weights=weights)
        filled[index] = _shifted(masks[giver], shift)
    return filled


def is_empty(masks: Bools) -> Bools:
    """Which of masks [F, H, W] are, bool [F]."""
    return ~np.asarray(masks.any(axis=(1, 2)))


def _shifted(mask: Bools, shift: Floats) -> Bools:
    step = np.hstack([np.eye(2), shift[:, None]])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), step, mask.shape[::-1], flags=cv2.INTER_NEAREST) > 0)


def confident_pixels(poses: PoseSequence, index: int) -> NDArray[np.int_]:
    """The pixels [N, 2] (x, y) of the body joints that are surely seen and inside the picture."""
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
