"""The source person of one frame, cut into parts by its mask and the nearest bone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.body_parts import LIMB_PARTS, PARTS, Build, PartName, Pose
from preprocess.inpaint import diffuse
from preprocess.skeleton import L_HIP, L_SHOULDER, NECK, NOSE, R_HIP, R_SHOULDER
from preprocess.types import Bools, Floats

LABEL_SIZE = 256  # pixels are given to parts on a picture reduced to this long side
FAR = 1.8  # half widths from a limb past which the torso claims what hangs there (hair, a skirt)
TORSO_OVERLAP = 0.15  # half widths: how far the torso reaches beyond shoulders and hips
RIM = 1 / 512  # of the long side: what is taken off the mask's edge
SOFTNESS = 0.8  # px: sigma of a layer's soft edge
PAD = 3


@dataclass(frozen=True)
class Layer:
    """One part's picture, uint8 RGBA [h, w, 4], with its upper left corner at `corner` (x, y) of the frame.

    `hidden` is the share of it that another part covers, so that its colours there are a guess.
    """

    rgba: np.ndarray
    corner: tuple[int, int]
    hidden: float


Cutout = tuple[Layer | None, ...]  # by PartName; None where the frame does not show the part


def cut_out(picture: np.ndarray, mask: Bools, pose: Pose, build: Build) -> Cutout:
    """Cut the person of one frame, uint8 [H, W, 3] and bool [H, W], into layers."""
    scale = min(1.0, LABEL_SIZE / max(mask.shape))
    distances = part_distances(pose, build, mask.shape, scale)
    labels = distances.argmin(axis=0)
    inner = _erode(mask)
    return tuple(_cut_part(picture, inner, *_areas(name, distances[name], labels)) for name in PartName)


def part_distances(pose: Pose, build: Build, shape: tuple[int, ...], scale: float) -> Floats:
    """How far each pixel of the picture reduced by `scale` is from each part, f32 [10, h, w].

    1 is the part's own outline; a part whose joints aren't trusted is infinitely far.
    """
    height, width = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32) / scale, np.arange(height, dtype=np.float32) / scale)
    points = np.stack([x, y], axis=-1)
    distances = np.full((len(PARTS), height, width), np.inf, np.float32)
    distances[PartName.TORSO] = _torso_distance(points, pose, build)
    if pose.has(NECK, NOSE):
        distances[PartName.HEAD] = _bone_distance(points, pose, PartName.HEAD) / build.widths[PartName.HEAD]
    for name in LIMB_PARTS:
        if pose.has(PARTS[name].start, PARTS[name].end):
            distance = _bone_distance(points, pose, name) / build.widths[name]
            distances[name] = np.maximum(distance, FAR + 3 * (distance - FAR))
    return distances


def _bone_distance(points: Floats, pose: Pose, name: PartName) -> Floats:
    """Distance from a part's bone, drawn out to where the part ends, in pixels."""
    start, bone = pose.joints[PARTS[name].start], pose.bone(name)
    along = (points - start) @ bone / max(float(bone @ bone), 1e-6)
    nearest = start + along.clip(0, 1 + PARTS[name].extent)[..., None] * bone
    return np.asarray(np.linalg.norm(points - nearest, axis=-1), np.float32)


def _torso_distance(points: Floats, pose: Pose, build: Build) -> Floats:
    """1 inside the quadrangle of shoulders and hips, growing with the distance from it outside."""
    corners = torso_corners(pose)
    if corners is None:
        return np.ones(points.shape[:2], np.float32)
    edges = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    distance = np.min([_segment_distance(points, a, b) for a, b in edges], axis=0)
    inside = _inside(points, corners)
    return np.asarray(1 + np.where(inside, 0, distance) / build.widths[PartName.TORSO], np.float32)


def torso_corners(pose: Pose) -> Floats | None:
    """Right shoulder, left shoulder, left hip, right hip, f32 [4, 2]; None where one of them isn't trusted."""
    joints = [R_SHOULDER, L_SHOULDER, L_HIP, R_HIP]
    return pose.joints[joints] if pose.has(*joints) else None


def _segment_distance(points: Floats, a: Floats, b: Floats) -> Floats:
    along = ((points - a) @ (b - a) / max(float((b - a) @ (b - a)), 1e-6)).clip(0, 1)
    return np.asarray(np.linalg.norm(points - (a + along[..., None] * (b - a)), axis=-1))


def _inside(points: Floats, corners: Floats) -> Bools:
    """Which points lie in the convex hull of the corners."""
    hull = cv2.convexHull(corners.astype(np.float32), clockwise=True)[:, 0]
    side = [_cross(b - a, points - a) for a, b in zip(hull, np.roll(hull, -1, axis=0), strict=True)]
    return np.asarray((np.min(side, axis=0) >= 0) | (np.max(side, axis=0) <= 0))


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _cut_part(picture: np.ndarray, inner: Bools, region: Bools, hidden: Bools) -> Layer | None:
    """A part's layer: soft at its edge, and its colours carried in where another part hides it."""
    shape = (inner.shape[1], inner.shape[0])
    region, hidden = (
        cv2.resize(area.astype(np.uint8), shape, interpolation=cv2.INTER_NEAREST) > 0 for area in (region, hidden)
    )
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
    return Layer(np.dstack([colours, alpha]), (x0, y0), float(covered.sum() / shown.sum()))


def _areas(name: PartName, distance: Floats, labels: np.ndarray) -> tuple[Bools, Bools]:
    """Where a part is: its own pixels and all within its half width; and where of this other parts hide it."""
    within = distance <= (1 + TORSO_OVERLAP if name == PartName.TORSO else 1)
    return (labels == name) | within, ~np.isin(labels, _NEIGHBOURS[name])


def _neighbours(name: PartName) -> list[int]:
    """The parts whose pixels a part may share at its joints."""
    if name == PartName.TORSO:
        return [PartName.TORSO, PartName.HEAD, PartName.R_THIGH, PartName.L_THIGH]
    return [part for part in (name, PARTS[name].parent, PARTS[name].child) if part is not None]


_NEIGHBOURS = tuple(_neighbours(name) for name in PartName)


def _erode(mask: Bools) -> Bools:
    """The mask without its outermost pixels, where the background shines through."""
    rim = max(1, round(RIM * max(mask.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    eroded = cv2.erode(mask.astype(np.uint8), disc, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(eroded > 0)
