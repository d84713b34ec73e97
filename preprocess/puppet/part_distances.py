"""The distances of the pixels of a frame from the body parts, by which pixels are assigned to parts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from preprocess.pose.skeleton import L_HIP, L_SHOULDER, NECK, NOSE, R_HIP, R_SHOULDER
from preprocess.puppet.parts import ARM_PARTS, LIMB_PARTS, PARTS, Build, PartName, Pose
from preprocess.types import Bools, Floats

REDUCED_SIZE = 256  # long side of the reduced frames on which pixels are assigned to parts
FAR = 1.8  # half widths from a limb; pixels beyond it (hair, a skirt) rather belong to the torso
CROTCH = 0.1  # torso lengths from the hip centre down to the crotch


def part_distances(pose: Pose, build: Build, shape: tuple[int, ...], scale: float) -> Floats:
    """The distances on a frame of `shape` reduced by `scale`, f32 [10, h, w].

    The outline of a part has distance 1; a part with untrusted joints is infinitely far.
    """
    height, width = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32) / scale, np.arange(height, dtype=np.float32) / scale)
    points = np.stack([x, y], axis=-1)
    distances = np.full((len(PARTS), height, width), np.inf, np.float32)
    distances[PartName.TORSO] = _torso_distance(points, pose, build)
    if pose.has(NECK, NOSE):
        distances[PartName.HEAD] = (
            _bone_distance(points, pose, PartName.HEAD, PARTS[PartName.HEAD].extent) / build.widths[PartName.HEAD]
        )
    for name in LIMB_PARTS:
        if pose.has(PARTS[name].start, PARTS[name].end):
            distances[name] = _limb_distance(points, pose, build, name)
    return distances


def _limb_distance(points: Floats, pose: Pose, build: Build, name: PartName) -> Floats:
    distance = _bone_distance(points, pose, name, PARTS[name].extent) / build.widths[name]
    distance = np.maximum(distance, FAR + 3 * (distance - FAR))
    if name in ARM_PARTS:  # arms are in front of the body: pixels within their outline are theirs
        is_inside = _bone_distance(points, pose, name) <= build.widths[name]
        distance = np.where(is_inside, distance - 1, distance)
    return np.asarray(distance, np.float32)


def _bone_distance(points: Floats, pose: Pose, name: PartName, extent: float = 0.0) -> Floats:
    """The distance from a part's bone, extended by `extent` of its length, in pixels."""
    start, bone = pose.joints[PARTS[name].start], pose.bone(name)
    along = (points - start) @ bone / max(float(bone @ bone), 1e-6)
    nearest = start + along.clip(0, 1 + extent)[..., None] * bone
    return np.asarray(np.linalg.norm(points - nearest, axis=-1), np.float32)


def _torso_distance(points: Floats, pose: Pose, build: Build) -> Floats:
    """1 inside the polygon of shoulders, hips and crotch, increasing outside."""
    corners = torso_corners(pose)
    if corners is None:
        return np.ones(points.shape[:2], np.float32)
    edges = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    distance = np.min([_segment_distance(points, a, b) for a, b in edges], axis=0)
    inside = _inside(points, corners)
    return np.asarray(1 + np.where(inside, 0, distance) / build.widths[PartName.TORSO], np.float32)


def torso_corners(pose: Pose) -> Floats | None:
    """Right shoulder, left shoulder, left hip, crotch, right hip, f32 [5, 2]; None where a joint isn't trusted."""
    if not pose.has(R_SHOULDER, L_SHOULDER, L_HIP, R_HIP):
        return None
    right_shoulder, left_shoulder, left_hip, right_hip = pose.joints[[R_SHOULDER, L_SHOULDER, L_HIP, R_HIP]]
    hips = (left_hip + right_hip) / 2
    crotch = hips + CROTCH * (hips - (left_shoulder + right_shoulder) / 2)
    return np.stack([right_shoulder, left_shoulder, left_hip, crotch, right_hip])


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


@dataclass(frozen=True)
class PartView:
    """A reduced frame uint8 [h, w, 3], the person's mask bool [h, w], and the distances from parts f32 [10, h, w]."""

    image: np.ndarray
    person: Bools
    distances: Floats

    @classmethod
    def of(cls, image: np.ndarray, mask: Bools, pose: Pose, build: Build) -> PartView:
        """Reduce a frame, uint8 [H, W, 3], with its mask, bool [H, W]."""
        distances = part_distances(pose, build, mask.shape, min(1.0, REDUCED_SIZE / max(mask.shape)))
        size = distances.shape[2], distances.shape[1]
        person = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        return cls(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.asarray(person), distances)
