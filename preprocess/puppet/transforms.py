"""Bone transforms: the affine map of each part from a source pose to an aligned pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preprocess.puppet.parts import HEAD_JOINTS, PARTS, TORSO_JOINTS, PartName, Pose
from preprocess.types import Floats

STRETCH = (0.5, 1.6)  # limits of a bone's stretch, relative to the person's size ratio
TORSO_STRETCH = (0.65, 1.5)  # those of the torso, in any direction
STIFFNESS = 0.3  # regularisation of the torso against shear and uneven stretch, in joints


@dataclass(frozen=True)
class BoneTransform:
    """The affine map of one part: source point `origin` goes to `target`, vectors by `forward` [2, 2]."""

    origin: Floats
    target: Floats
    forward: Floats

    def apply(self, points: Floats) -> Floats:
        """Map source points [..., 2] to the new frame."""
        return np.asarray(self.target + (points - self.origin) @ self.forward.T)

    def invert(self, points: Floats) -> Floats:
        """Map points [..., 2] of the new frame back to the source."""
        return np.asarray(self.origin + (points - self.target) @ np.linalg.inv(self.forward).T)


def bone_transforms(source: Pose, aligned: Pose, ratio: float) -> tuple[BoneTransform | None, ...]:
    """The transform of every part from one source frame to an aligned pose; None for parts that the source lacks.

    Forward kinematics: each part starts where its parent's transform moves the joint, and its stretch is limited, so
    that a wrong joint does not tear the person apart. A part whose aligned joints aren't trusted follows its parent.
    """
    transforms: list[BoneTransform | None] = [None] * len(PARTS)
    torso = _torso_transform(source, aligned, ratio)
    transforms[PartName.TORSO] = torso
    for name in PartName:
        part = PARTS[name]
        if part.parent is None or not source.has(part.start, part.end):
            continue
        parent = transforms[part.parent] or torso
        transforms[name] = _part_transform(name, source, aligned, ratio, parent)
    return tuple(transforms)


def _part_transform(name: PartName, source: Pose, aligned: Pose, ratio: float, parent: BoneTransform) -> BoneTransform:
    origin = source.joints[PARTS[name].start]
    target = parent.apply(origin)
    if name == PartName.HEAD:
        return _head_transform(source, aligned, ratio, parent)
    if not aligned.has(PARTS[name].start, PARTS[name].end):
        return BoneTransform(origin, target, parent.forward)
    return BoneTransform(origin, target, _bone_map(source.bone(name), aligned.bone(name), ratio))


def _bone_map(source: Floats, aligned: Floats, ratio: float) -> Floats:
    """The 2 × 2 map from one bone to another: stretched along it, scaled by `ratio` across it."""
    length, new_length = float(np.linalg.norm(source)), float(np.linalg.norm(aligned))
    if min(length, new_length) < 1e-3:
        return np.eye(2, dtype=np.float32) * ratio
    stretch = np.clip(new_length / length, STRETCH[0] * ratio, STRETCH[1] * ratio)
    u, v = source / length, aligned / new_length
    across_u, across_v = np.array([-u[1], u[0]]), np.array([-v[1], v[0]])
    return np.asarray(stretch * np.outer(v, u) + ratio * np.outer(across_v, across_u), np.float32)


def _torso_transform(source: Pose, aligned: Pose, ratio: float) -> BoneTransform:
    """The affine map that fits the torso's joints, regularised against shear; with few joints a similarity."""
    both = source.trusted & aligned.trusted
    joints = [joint for joint in TORSO_JOINTS if both[joint]] or [int(joint) for joint in np.flatnonzero(both)]
    if not joints:
        return BoneTransform(np.zeros(2, np.float32), np.zeros(2, np.float32), np.eye(2, dtype=np.float32))
    points, goals = source.joints[joints], aligned.joints[joints]
    origin, target = points.mean(axis=0), goals.mean(axis=0)
    points, goals = points - origin, goals - target
    rigid = _rotation(points, goals) * ratio
    spread = float((points**2).sum()) / 2 + 1e-6
    rest = goals - points @ rigid.T
    correction = np.linalg.solve(points.T @ points + STIFFNESS * spread * np.eye(2), points.T @ rest).T
    return BoneTransform(origin, target, _limit(rigid + correction, ratio))


def _head_transform(source: Pose, aligned: Pose, ratio: float, parent: BoneTransform) -> BoneTransform:
    """The head's rigid transform, fitted to its joints."""
    joints = [joint for joint in HEAD_JOINTS if source.trusted[joint] and aligned.trusted[joint]]
    origin = source.joints[PARTS[PartName.HEAD].start]
    if len(joints) < 2 or not aligned.has(PARTS[PartName.HEAD].start):
        return BoneTransform(origin, parent.apply(origin), parent.forward)
    points, goals = source.joints[joints], aligned.joints[joints]
    rotation = _rotation(points - points.mean(axis=0), goals - goals.mean(axis=0)) * ratio
    return BoneTransform(points.mean(axis=0), goals.mean(axis=0), rotation)


def _rotation(points: Floats, goals: Floats) -> Floats:
    """The least-squares rotation from centred points to centred goals (Kabsch, in the plane)."""
    cosine = float((points * goals).sum())
    sine = float((points[:, 0] * goals[:, 1] - points[:, 1] * goals[:, 0]).sum())
    length = np.hypot(cosine, sine)
    if length < 1e-6:
        return np.eye(2, dtype=np.float32)
    return np.array([[cosine, -sine], [sine, cosine]], np.float32) / np.float32(length)


def _limit(matrix: Floats, ratio: float) -> Floats:
    """A map with its singular values clamped to `TORSO_STRETCH` and without reflection."""
    left, stretch, right = np.linalg.svd(matrix)
    if np.linalg.det(matrix) < 0:
        stretch[1] = -stretch[1]
    low, high = TORSO_STRETCH[0] * ratio, TORSO_STRETCH[1] * ratio
    sign = np.array([1, np.sign(np.linalg.det(left @ right))])
    return np.asarray(left @ np.diag(np.clip(stretch * sign, low, high) * sign) @ right, np.float32)
