"""The clip without its person: what other frames saw behind, and a quiet guess where none did."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from preprocess.background.camera_motion import Shot, find_shots
from preprocess.background.inpaint import fit_to_rim, inpaint
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence

MARGIN = 0.02  # of the person's height: how far a hole reaches beyond the mask
CAUTION = 0.04  # of the person's height: how far beyond its hole a frame is only believed where no other sees
REACH = 0.15  # of the person's height: how far beyond it pieces are looked for that the mask missed
UNLIKE = 48  # levels: what is this unlike its plate does not belong to it; shadows are more alike
MAX_DONORS = 32  # frames of a shot that its plate is taken from
CHUNK = 1 << 16  # pixels whose medians are taken at once


def fill_background(source: Clip, masks: MaskSequence) -> Iterator[np.ndarray]:
    """Yield every frame without its person, uint8 [H, W, 3]; outside `person_holes` it is the source's own.

    The frames of a shot are laid over each other on one plate as the camera moved; each pixel of the plate
    is the median of the frames that saw it, and what none saw is inpainted once, so that nothing flickers.
    """
    holes = person_holes(masks)
    for shot in find_shots(source.frames, holes):
        plate, to_plate = _make_plate(source.frames, holes, shot)
        for index, motion in zip(shot.frames, to_plate, strict=True):
            frame, view = source.frames[index], _view(plate, motion, source.size)
            yield _fill(frame, holes[index] | missed_pieces(frame, view, holes[index]), view)


def person_holes(masks: MaskSequence) -> Bools:
    """The masks grown by a margin for the hair, blur and shadow that they leave out, bool [F, H, W]."""
    return np.stack([_grow(mask, MARGIN * _height(mask)) for mask in masks.masks])


def missed_pieces(frame: np.ndarray, view: np.ndarray, hole: Bools) -> Bools:
    """Pieces of the person outside the hole, a hand or a shoe, that the mask has missed, bool [H, W].

    They are near it and unlike what the plate shows there; both pictures are uint8 [H, W, 3].
    """
    height = _height(hole)
    soft_frame, soft_view = (cv2.GaussianBlur(picture, (0, 0), 1) for picture in (frame, view))
    unlike = (cv2.absdiff(soft_frame, soft_view).max(axis=2) > UNLIKE) & _grow(hole, REACH * height) & ~hole
    pieces = cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    return _grow(pieces, MARGIN * height)


def _height(mask: Bools) -> int:
    """Rows from the topmost to the lowest pixel of a mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    return int(rows[-1] - rows[0] + 1) if len(rows) else 0


def _grow(mask: Bools, margin: float) -> Bools:
    radius = max(2, round(margin))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


def _make_plate(frames: Frames, holes: Bools, shot: Shot) -> tuple[np.ndarray, Floats]:
    """The shot's background as one picture, and the homographies from its frames to that picture."""
    size, to_plate = _place_plate(shot, frames.shape[1:3])
    donors = np.unique(np.linspace(0, len(to_plate) - 1, min(len(to_plate), MAX_DONORS)).astype(int))
    views, seen, surely = [], [], []
    for donor in donors:
        index, motion = shot.frames[donor], to_plate[donor]
        hole, wide = holes[index], _grow(holes[index], CAUTION * _height(holes[index]))
        views.append(cv2.warpPerspective(frames[index], motion, size, flags=cv2.INTER_CUBIC))
        seen.append(cv2.warpPerspective((~hole).astype(np.uint8) * 255, motion, size) == 255)
        surely.append(cv2.warpPerspective((~wide).astype(np.uint8) * 255, motion, size) == 255)
    plate, known = _median(np.stack(views), np.where(np.any(surely, axis=0), surely, seen))
    return inpaint(plate, ~known), to_plate


def _place_plate(shot: Shot, shape: tuple[int, ...]) -> tuple[tuple[int, int], Floats]:
    """Size of the plate that holds all frames of a shot, and the homographies onto it."""
    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    reach = np.concatenate([cv2.perspectiveTransform(corners, motion)[0] for motion in shot.to_reference])
    low, high = np.floor(reach.min(axis=0) + 1e-3), np.ceil(reach.max(axis=0) - 1e-3)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    return (int(high[0] - low[0]), int(high[1] - low[1])), (shift @ shot.to_reference).astype(np.float32)


def _view(plate: np.ndarray, motion: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What a frame sees of its plate."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(plate, motion, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _median(views: Frames, seen: Bools) -> tuple[np.ndarray, np.ndarray]:
    """Per pixel the (lower) median of the views that see it, and whether any does."""
    height, width = views.shape[1:3]
    flat, flat_seen = views.reshape(len(views), -1, 3), seen.reshape(len(seen), -1)
    plate = np.empty(flat.shape[1:], np.uint8)
    for first in range(0, flat.shape[1], CHUNK):
        part = slice(first, first + CHUNK)
        samples = np.where(flat_seen[:, part, None], flat[:, part], np.uint16(256))
        samples.sort(axis=0)
        middle = (flat_seen[:, part].sum(axis=0) - 1).clip(0) // 2
        plate[part] = np.take_along_axis(samples, middle[None, :, None], axis=0)[0].clip(0, 255)
    known = np.asarray(flat_seen.any(axis=0))
    return plate.reshape(height, width, 3), known.reshape(height, width)


def _fill(frame: np.ndarray, hole: np.ndarray, view: np.ndarray) -> np.ndarray:
    """The frame with its hole showing the plate, in the frame's own light, blended in over a soft edge."""
    lit = fit_to_rim(view, frame, hole).astype(np.float32)
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    alpha = (depth / 3).clip(0, 1)[..., None]
    return np.asarray(np.rint(frame + (lit - frame) * alpha), np.uint8)
