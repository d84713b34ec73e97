"""Fill the background behind the person from donor frames of the shot, inpainted where no frame shows it."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from preprocess.background.camera_motion import Shot, find_shots
from preprocess.background.inpaint import fit_to_rim, inpaint
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence

MARGIN = 0.02  # of the person's height: how far a hole extends beyond the mask
SAFETY_MARGIN = 0.04  # of the person's height beyond a hole: donor pixels that are used only where there is no other
SEARCH_MARGIN = 0.15  # of the person's height beyond a hole: where parts that the mask misses are searched
MAX_DIFFERENCE = 48  # levels; pixels that differ more from the plate are not background; shadows differ less
MAX_DONORS = 32  # donor frames per shot
CHUNK = 1 << 16  # pixels whose medians are computed at once


def fill_background(source: Clip, masks: MaskSequence) -> Iterator[np.ndarray]:
    """Yield every frame without its person, uint8 [H, W, 3]; outside `person_holes` it is the source frame.

    Donor frames of a shot are registered on one plate by the camera motion. A pixel of the plate is the median of the
    donor frames that show it; pixels that none shows are inpainted once, so that they do not flicker.
    """
    holes = person_holes(masks)
    for shot in find_shots(source.frames, holes):
        plate, to_plate = _make_plate(source.frames, holes, shot)
        for index, motion in zip(shot.frames, to_plate, strict=True):
            frame, view = source.frames[index], _view(plate, motion, source.size)
            yield _fill(frame, holes[index] | missed_parts(frame, view, holes[index]), view)


def person_holes(masks: MaskSequence) -> Bools:
    """The masks dilated by a margin for hair, motion blur and shadow, bool [F, H, W]."""
    return np.stack([_dilate(mask, MARGIN * _height(mask)) for mask in masks.masks])


def missed_parts(frame: np.ndarray, view: np.ndarray, hole: Bools) -> Bools:
    """Parts of the person outside the hole that the mask misses, such as a hand or a shoe, bool [H, W].

    They are near the hole and differ from the plate `view`; both images are uint8 [H, W, 3].
    """
    height = _height(hole)
    soft_frame, soft_view = (cv2.GaussianBlur(image, (0, 0), 1) for image in (frame, view))
    differs = (
        (cv2.absdiff(soft_frame, soft_view).max(axis=2) > MAX_DIFFERENCE)
        & _dilate(hole, SEARCH_MARGIN * height)
        & ~hole
    )
    parts = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    return _dilate(parts, MARGIN * height)


def _height(mask: Bools) -> int:
    """The height of a mask in rows."""
    rows = np.flatnonzero(mask.any(axis=1))
    return int(rows[-1] - rows[0] + 1) if len(rows) else 0


def _dilate(mask: Bools, margin: float) -> Bools:
    radius = max(2, round(margin))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


def _make_plate(frames: Frames, holes: Bools, shot: Shot) -> tuple[np.ndarray, Floats]:
    """The shot's background plate, and the homographies from its frames onto it."""
    size, to_plate = _plate_geometry(shot, frames.shape[1:3])
    donors = np.unique(np.linspace(0, len(to_plate) - 1, min(len(to_plate), MAX_DONORS)).astype(int))
    views, visible, confident = [], [], []
    for donor in donors:
        index, motion = shot.frames[donor], to_plate[donor]
        hole, wide = holes[index], _dilate(holes[index], SAFETY_MARGIN * _height(holes[index]))
        views.append(cv2.warpPerspective(frames[index], motion, size, flags=cv2.INTER_CUBIC))
        visible.append(cv2.warpPerspective((~hole).astype(np.uint8) * 255, motion, size) == 255)
        confident.append(cv2.warpPerspective((~wide).astype(np.uint8) * 255, motion, size) == 255)
    plate, known = _median(np.stack(views), np.where(np.any(confident, axis=0), confident, visible))
    return inpaint(plate, ~known), to_plate


def _plate_geometry(shot: Shot, shape: tuple[int, ...]) -> tuple[tuple[int, int], Floats]:
    """The size of the plate that contains all frames of a shot, and the homographies onto it."""
    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    warped = np.concatenate([cv2.perspectiveTransform(corners, motion)[0] for motion in shot.to_reference])
    low, high = np.floor(warped.min(axis=0) + 1e-3), np.ceil(warped.max(axis=0) - 1e-3)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    return (int(high[0] - low[0]), int(high[1] - low[1])), (shift @ shot.to_reference).astype(np.float32)


def _view(plate: np.ndarray, motion: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The plate warped into a frame."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(plate, motion, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _median(views: Frames, visible: Bools) -> tuple[np.ndarray, np.ndarray]:
    """The (lower) median of the views in which each pixel is visible, and whether there is any."""
    height, width = views.shape[1:3]
    flat, flat_visible = views.reshape(len(views), -1, 3), visible.reshape(len(visible), -1)
    plate = np.empty(flat.shape[1:], np.uint8)
    for first in range(0, flat.shape[1], CHUNK):
        part = slice(first, first + CHUNK)
        samples = np.where(flat_visible[:, part, None], flat[:, part], np.uint16(256))
        samples.sort(axis=0)
        middle = (flat_visible[:, part].sum(axis=0) - 1).clip(0) // 2
        plate[part] = np.take_along_axis(samples, middle[None, :, None], axis=0)[0].clip(0, 255)
    known = np.asarray(flat_visible.any(axis=0))
    return plate.reshape(height, width, 3), known.reshape(height, width)


def _fill(frame: np.ndarray, hole: np.ndarray, view: np.ndarray) -> np.ndarray:
    """The frame with its hole filled from the plate, adapted to the frame's light and blended at the edge."""
    lit = fit_to_rim(view, frame, hole).astype(np.float32)
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    alpha = (depth / 3).clip(0, 1)[..., None]
    return np.asarray(np.rint(frame + (lit - frame) * alpha), np.uint8)
