"""Inpainting: fill holes of an image with shifted patches of the same image, blended in."""

from __future__ import annotations

import cv2
import numpy as np

SEARCH_SIZE = 192  # long side of the reduced image in which patches are searched, in a second or two
MIN_SIZE = 48  # short side of the search image; in a smaller one there is too little to copy from, ...
MAX_HOLE = 0.6  # ... as where the hole covers more than this fraction of the image
RIM = 3  # px: width of the band around a hole that is compared
MAX_STEP = 40.0  # levels: a larger step is an edge of the scene, not a seam


def inpaint(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fill the hole bool [H, W] of an image uint8 [H, W, 3]; pixels outside it are unchanged.

    The hole is filled with shifted patches of the image (shift maps, He and Sun 2012), whose gradients are then
    fitted to the hole's rim (Pérez et al. 2003); where there is too little to copy from, colours are diffused from
    the rim.
    """
    if not hole.any():
        return image
    height, width = hole.shape
    scale = min(1.0, SEARCH_SIZE / max(height, width))
    if scale * min(height, width) < MIN_SIZE or hole.mean() > MAX_HOLE:
        return _paste(image, hole, diffuse(image, hole))
    patches = _copy_patches(image, hole, scale)
    return _paste(image, hole, fit_to_rim(diffuse(patches, ~hole), image, hole))


def fit_to_rim(filling: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The filling, uint8 [H, W, 3], with its colours shifted smoothly so that no seam shows at the hole's rim.

    The filling must also have colours outside the hole, with which the image's rim is compared.
    """
    rim = cv2.dilate(hole.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)).astype(bool) & ~hole
    step = image.astype(np.float32) - filling
    seam = rim & (np.abs(step) <= MAX_STEP).all(axis=2)
    shift = diffuse(step, ~seam) if seam.any() else 0.0
    return np.rint(filling + shift).clip(0, 255).astype(np.uint8)


def diffuse(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Diffuse colours smoothly into the hole by a pyramid of means of the known pixels; uint8 or float [H, W, C]."""
    known = (~hole).astype(np.float32)[..., None]
    if not known.any():
        return image
    levels = [np.concatenate([image * known, known], axis=2).astype(np.float32)]
    while max(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        size = ((width + 1) // 2, (height + 1) // 2)
        levels.append(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1))
    colours = levels[-1][..., :-1] / levels[-1][..., -1:]
    for level in reversed(levels[:-1]):
        height, width = level.shape[:2]
        coarser = cv2.resize(colours, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
        colours = level[..., :-1] + (1 - level[..., -1:]) * coarser
    return colours.astype(image.dtype)


def _paste(image: np.ndarray, hole: np.ndarray, filled: np.ndarray) -> np.ndarray:
    return np.where(hole[..., None], filled, image)


def _copy_patches(image: np.ndarray, hole: np.ndarray, scale: float) -> np.ndarray:
    height, width = hole.shape
    small = (round(width * scale), round(height * scale))
    reduced = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    known = cv2.resize(hole.astype(np.uint8) * 255, small, interpolation=cv2.INTER_AREA) == 0
    lab, filled = cv2.cvtColor(reduced, cv2.COLOR_RGB2Lab), np.zeros_like(reduced)
    cv2.xphoto.inpaint(lab, known.astype(np.uint8) * 255, filled, cv2.xphoto.INPAINT_SHIFTMAP)
    enlarged = cv2.resize(cv2.cvtColor(filled, cv2.COLOR_Lab2RGB), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged)
