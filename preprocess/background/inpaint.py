"""Fill holes in a picture that nothing is known about: pieces of the picture itself, blended in."""

from __future__ import annotations

import cv2
import numpy as np

WORKING_SIZE = 192  # long side of the picture that pieces are searched in: the search takes a second or two
MIN_SIZE = 48  # short side below which, and ...
MAX_HOLE = 0.6  # ... share of the picture above which there is too little to copy from
RIM = 3  # px: how wide a band around a hole is compared
MAX_JUMP = 40.0  # levels: more is an edge of the scene, not a seam


def inpaint(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fill the hole bool [H, W] of a picture uint8 [H, W, 3]; pixels outside it stay as they are.

    Large holes are filled with shifted pieces of the picture (shift maps, He and Sun 2012), whose
    gradients are then fitted to the hole's rim (Pérez et al. 2003); where there is too little to copy
    from, colours are diffused from the rim.
    """
    if not hole.any():
        return picture
    height, width = hole.shape
    scale = min(1.0, WORKING_SIZE / max(height, width))
    if scale * min(height, width) < MIN_SIZE or hole.mean() > MAX_HOLE:
        return _keep(picture, hole, diffuse(picture, hole))
    pieces = _copy_pieces(picture, hole, scale)
    return _keep(picture, hole, fit_to_rim(diffuse(pieces, ~hole), picture, hole))


def fit_to_rim(filling: np.ndarray, picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The filling, uint8 [H, W, 3], with its colours shifted smoothly so that no edge shows at the hole's rim.

    The filling is looked at outside the hole too: there it says what it would have in the picture's place.
    """
    rim = cv2.dilate(hole.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)).astype(bool) & ~hole
    jump = picture.astype(np.float32) - filling
    seam = rim & (np.abs(jump) <= MAX_JUMP).all(axis=2)
    shift = diffuse(jump, ~seam) if seam.any() else 0.0
    return np.rint(filling + shift).clip(0, 255).astype(np.uint8)


def diffuse(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Carry colours smoothly into the hole, by a pyramid of means over what is known; uint8 or float [H, W, C]."""
    known = (~hole).astype(np.float32)[..., None]
    if not known.any():
        return picture
    levels = [np.concatenate([picture * known, known], axis=2).astype(np.float32)]
    while max(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        size = ((width + 1) // 2, (height + 1) // 2)
        levels.append(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1))
    colours = levels[-1][..., :-1] / levels[-1][..., -1:]
    for level in reversed(levels[:-1]):
        height, width = level.shape[:2]
        coarser = cv2.resize(colours, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
        colours = level[..., :-1] + (1 - level[..., -1:]) * coarser
    return colours.astype(picture.dtype)


def _keep(picture: np.ndarray, hole: np.ndarray, filled: np.ndarray) -> np.ndarray:
    return np.where(hole[..., None], filled, picture)


def _copy_pieces(picture: np.ndarray, hole: np.ndarray, scale: float) -> np.ndarray:
    height, width = hole.shape
    small = (round(width * scale), round(height * scale))
    reduced = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    known = cv2.resize(hole.astype(np.uint8) * 255, small, interpolation=cv2.INTER_AREA) == 0
    lab, filled = cv2.cvtColor(reduced, cv2.COLOR_RGB2Lab), np.zeros_like(reduced)
    cv2.xphoto.inpaint(lab, known.astype(np.uint8) * 255, filled, cv2.xphoto.INPAINT_SHIFTMAP)
    enlarged = cv2.resize(cv2.cvtColor(filled, cv2.COLOR_Lab2RGB), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged)
