"""Cut the source person of a frame into one layer per part, by mask, nearest bone and colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.background.inpaint import diffuse
from preprocess.puppet.part_colours import PartColours
from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import ARM_PARTS, PARTS, PartName
from preprocess.types import Bools, Floats

TORSO_OVERLAP = 0.15  # half widths: how far the torso extends beyond shoulders and hips
RIM = 1 / 512  # of the long side: width by which the mask is eroded
SOFTNESS = 0.8  # px: sigma of a layer's soft edge
PAD = 3  # pixels around a layer, for its soft edge
ISLAND = 0.25  # of a part's largest component: smaller components may belong to another part
MIN_WIDTH = 3  # pixels of the reduced frame: thinner structures are removed from a part, ...
MIN_TORSO_WIDTH = 7  # ... and these from the torso, where they are the edges of sleeves
FRONT = (*ARM_PARTS, PartName.HEAD)  # parts in front of the body, which consist only of the pixels assigned to them
SEAM = np.ones((3, 3), np.uint8)  # parts overlap by a pixel of the reduced frame, so that no gap opens


@dataclass(frozen=True)
class Layer:
    """One part's image, uint8 RGBA [h, w, 4], with its upper left corner at `corner` (x, y) of the frame.

    `overlap` is the fraction of it that lies over or under other parts, where its outline and colours are uncertain.
    """

    rgba: np.ndarray
    corner: tuple[int, int]
    overlap: float


Cutout = tuple[Layer | None, ...]  # by PartName; None for parts that the frame does not show


def cut_out(image: np.ndarray, mask: Bools, view: PartView, colours: PartColours) -> Cutout:
    """Cut the person of a frame, uint8 [H, W, 3] with mask bool [H, W], into layers; `view` is the reduced frame."""
    labels = join_islands(colours.distances(view).argmin(axis=0), view.person)
    outlines = (view.distances <= 1) & view.person
    inner = _erode(mask)
    return tuple(
        _cut_part(image, inner, *_areas(name, view.distances[name], labels, view.person), _overlap(name, outlines))
        for name in PartName
    )


def _overlap(name: PartName, outlines: Bools) -> float:
    """The fraction of a part's outline, of bool [10, h, w], that lies in the outline of a part that is no neighbour."""
    others = [part for part in PartName if part not in _NEIGHBOURS[name]]
    return float((outlines[name] & outlines[others].any(axis=0)).sum() / max(outlines[name].sum(), 1))


def join_islands(labels: np.ndarray, person: Bools) -> np.ndarray:
    """The labels [h, w] with small components reassigned to the part that surrounds them.

    This keeps a hand that is far from its bone from becoming part of the torso; the halves of a torso that an arm
    crosses are too large to be islands.
    """
    main = np.zeros_like(person)
    for name in PartName:
        main |= _large_components((labels == name) & person)
    _, nearest = cv2.distanceTransformWithLabels(
        (~main).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(nearest.max() + 1, labels.dtype)
    owners[nearest[main]] = labels[main]
    return np.where(person, owners[nearest], labels)


def _large_components(area: Bools) -> Bools:
    """The connected components of an area, bool [h, w], without those much smaller than the largest."""
    _, components, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8))
    sizes = stats[:, cv2.CC_STAT_AREA]
    large = sizes >= ISLAND * sizes[1:].max(initial=0)
    large[0] = False
    return np.asarray(large[components])


def _largest_component(area: Bools) -> Bools:
    """The largest connected component of an area, bool [h, w]."""
    _, components, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    return np.asarray(components == 1 + sizes.argmax()) if len(sizes) else area


def _areas(name: PartName, distance: Floats, labels: np.ndarray, person: Bools) -> tuple[Bools, Bools]:
    """A part's region, its own pixels and those within its half width; and the pixels assigned to other parts."""
    within = (distance <= (1 + TORSO_OVERLAP if name == PartName.TORSO else 1)) & person
    others = ~np.isin(labels, _NEIGHBOURS[name])
    if name in FRONT:
        within &= ~others
    own = (labels == name) & person
    own &= within | _open(own, MIN_TORSO_WIDTH if name == PartName.TORSO else MIN_WIDTH)
    region = (cv2.dilate(own.astype(np.uint8), SEAM) > 0) | _largest_component(within)
    return _largest_component(region & person), others


def _open(area: Bools, width: int) -> Bools:
    """The morphological opening of an area by a square of `width`."""
    return np.asarray(cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8)) > 0)


def _neighbours(name: PartName) -> list[int]:
    """The parts with which a part may share pixels at its joints."""
    if name == PartName.TORSO:
        return [PartName.TORSO, PartName.HEAD, PartName.R_THIGH, PartName.L_THIGH]
    family = [part for part in (name, PARTS[name].parent, PARTS[name].child) if part is not None]
    return [part for part in family if name not in FRONT or part in FRONT]


_NEIGHBOURS = tuple(_neighbours(name) for name in PartName)


def _cut_part(image: np.ndarray, inner: Bools, region: Bools, hidden: Bools, overlap: float) -> Layer | None:
    """A part's layer with a soft edge; colours are diffused into the area that other parts hide."""
    region, hidden = (_resize(area, inner.shape) for area in (region, hidden))
    shown = region & inner
    if not shown.any():
        return None
    x, y, width, height = cv2.boundingRect(shown.astype(np.uint8))
    x0, y0, x1, y1 = max(x - PAD, 0), max(y - PAD, 0), x + width + PAD, y + height + PAD
    crop = (slice(y0, y1), slice(x0, x1))
    colours, covered = image[crop], hidden[crop] & shown[crop]
    known = shown[crop] & ~covered
    if covered.any() and known.any():
        colours = np.where(covered[..., None], diffuse(colours, ~known), colours)
    alpha = cv2.GaussianBlur(shown[crop].astype(np.uint8) * 255, (0, 0), SOFTNESS)
    return Layer(np.dstack([colours, alpha]), (x0, y0), overlap)


def _resize(area: Bools, shape: tuple[int, ...]) -> Bools:
    return np.asarray(cv2.resize(area.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST) > 0)


def _erode(mask: Bools) -> Bools:
    """The mask without its outermost pixels, which contain background."""
    rim = max(1, round(RIM * max(mask.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    eroded = cv2.erode(mask.astype(np.uint8), disc, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(eroded > 0)
