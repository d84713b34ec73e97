"""The source person of one frame, cut into parts by its mask, the nearest bone and the parts' colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.background.inpaint import diffuse
from preprocess.puppet.part_colours import PartColours
from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import ARM_PARTS, PARTS, PartName
from preprocess.types import Bools, Floats

TORSO_OVERLAP = 0.15  # half widths: how far the torso reaches beyond shoulders and hips
RIM = 1 / 512  # of the long side: what is taken off the mask's edge
SOFTNESS = 0.8  # px: sigma of a layer's soft edge
PAD = 3
ISLAND = 0.25  # of a part's largest piece: smaller ones may be another part's
THREAD = 3  # pixels of the reduced picture: what hangs on a part by less is none of it; ...
SLEEVE = 7  # ... and on the torso it is the edge of a sleeve
FRONT = (*ARM_PARTS, PartName.HEAD)  # before the body: what looks like something else there is something else
SEAM = np.ones((3, 3), np.uint8)  # parts overlap by a pixel of the reduced picture, so that nothing shines through


@dataclass(frozen=True)
class Layer:
    """One part's picture, uint8 RGBA [h, w, 4], with its upper left corner at `corner` (x, y) of the frame.

    `hidden` is the share of it that lies over or under other parts, so that its cut and its colours are a guess.
    """

    rgba: np.ndarray
    corner: tuple[int, int]
    hidden: float


Cutout = tuple[Layer | None, ...]  # by PartName; None where the frame does not show the part


def cut_out(picture: np.ndarray, mask: Bools, view: PartView, colours: PartColours) -> Cutout:
    """Cut the person of one frame, uint8 [H, W, 3] and bool [H, W], into layers; `view` is the frame reduced."""
    labels = join_islands(colours.distances(view).argmin(axis=0), view.person)
    outlines = (view.distances <= 1) & view.person
    inner = _erode(mask)
    return tuple(
        _cut_part(picture, inner, *_areas(name, view.distances[name], labels, view.person), _overlap(name, outlines))
        for name in PartName
    )


def _overlap(name: PartName, outlines: Bools) -> float:
    """The share of a part's outline, of bool [10, h, w], that a part which is no neighbour shares; 0 to 1."""
    others = [part for part in PartName if part not in _NEIGHBOURS[name]]
    return float((outlines[name] & outlines[others].any(axis=0)).sum() / max(outlines[name].sum(), 1))


def join_islands(labels: np.ndarray, person: Bools) -> np.ndarray:
    """The labels [h, w], where pieces of the person that are cut off from their part go to the part they hang on.

    So a hand that lies farther from its bone than forearms reach doesn't become a piece of the torso; the halves of a
    torso that an arm lies across are too large for islands.
    """
    main = np.zeros_like(person)
    for name in PartName:
        main |= _large_pieces((labels == name) & person)
    _, nearest = cv2.distanceTransformWithLabels(
        (~main).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(nearest.max() + 1, labels.dtype)
    owners[nearest[main]] = labels[main]
    return np.where(person, owners[nearest], labels)


def _large_pieces(area: Bools) -> Bools:
    """The pieces that an area, bool [h, w], falls into, without those that are small beside the largest."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8))
    sizes = stats[:, cv2.CC_STAT_AREA]
    large = sizes >= ISLAND * sizes[1:].max(initial=0)
    large[0] = False
    return np.asarray(large[pieces])


def _largest_piece(area: Bools) -> Bools:
    """The largest of the pieces that an area, bool [h, w], falls into."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    return np.asarray(pieces == 1 + sizes.argmax()) if len(sizes) else area


def _areas(name: PartName, distance: Floats, labels: np.ndarray, person: Bools) -> tuple[Bools, Bools]:
    """Where a part is: its own pixels and those within its half width; and where of this other parts hide it."""
    within = (distance <= (1 + TORSO_OVERLAP if name == PartName.TORSO else 1)) & person
    others = ~np.isin(labels, _NEIGHBOURS[name])
    if name in FRONT:
        within &= ~others
    own = (labels == name) & person
    own &= within | _open(own, SLEEVE if name == PartName.TORSO else THREAD)
    region = (cv2.dilate(own.astype(np.uint8), SEAM) > 0) | _largest_piece(within)
    return _largest_piece(region & person), others


def _open(area: Bools, width: int) -> Bools:
    """An area without what is narrower than `width`."""
    return np.asarray(cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8)) > 0)


def _neighbours(name: PartName) -> list[int]:
    """The parts whose pixels a part may share at its joints."""
    if name == PartName.TORSO:
        return [PartName.TORSO, PartName.HEAD, PartName.R_THIGH, PartName.L_THIGH]
    family = [part for part in (name, PARTS[name].parent, PARTS[name].child) if part is not None]
    return [part for part in family if name not in FRONT or part in FRONT]


_NEIGHBOURS = tuple(_neighbours(name) for name in PartName)


def _cut_part(picture: np.ndarray, inner: Bools, region: Bools, hidden: Bools, overlap: float) -> Layer | None:
    """A part's layer: soft at its edge, and its colours carried in where another part hides it."""
    region, hidden = (_resize(area, inner.shape) for area in (region, hidden))
    shown = region & inner
    if not shown.any():
        return None
    x, y, width, height = cv2.boundingRect(shown.astype(np.uint8))
    x0, y0, x1, y1 = max(x - PAD, 0), max(y - PAD, 0), x + width + PAD, y + height + PAD
    crop = (slice(y0, y1), slice(x0, x1))
    colours, covered = picture[crop], hidden[crop] & shown[crop]
    known = shown[crop] & ~covered
    if covered.any() and known.any():
        colours = np.where(covered[..., None], diffuse(colours, ~known), colours)
    alpha = cv2.GaussianBlur(shown[crop].astype(np.uint8) * 255, (0, 0), SOFTNESS)
    return Layer(np.dstack([colours, alpha]), (x0, y0), overlap)


def _resize(area: Bools, shape: tuple[int, ...]) -> Bools:
    return np.asarray(cv2.resize(area.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST) > 0)


def _erode(mask: Bools) -> Bools:
    """The mask without its outermost pixels, where the background shines through."""
    rim = max(1, round(RIM * max(mask.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    eroded = cv2.erode(mask.astype(np.uint8), disc, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(eroded > 0)
