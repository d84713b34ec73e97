"""Transforms of motions: mirror, resample, rotate, translate, mix and join."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionfollower.research.synthetic.motion.keyframes import ease
from motionfollower.research.synthetic.motion.rotations import Y, axis_rotation, interpolate, nearest_rotation
from motionfollower.research.synthetic.motion.types import UPPER_BODY, Doubles, Motion, Segment

FLIP = np.diag([-1.0, 1.0, 1.0])
SIDES = {"L_": "R_", "R_": "L_"}


def _mirrored(segment: Segment) -> Segment:
    prefix, rest = segment.name[:2], segment.name[2:]
    return Segment[SIDES.get(prefix, prefix) + rest]


MIRRORED_SEGMENTS = [_mirrored(segment) for segment in Segment]


def mirror(motion: Motion) -> Motion:
    """Swap left and right."""
    return replace(motion, root=motion.root @ FLIP, segments=FLIP @ motion.segments[:, MIRRORED_SEGMENTS] @ FLIP)


def resample(motion: Motion, fps: float, frames: int, start: float = 0.0, speed: float = 1.0) -> Motion:
    """Resample to `frames` frames at `fps` from `start` seconds on; the last pose is held past the end."""
    last = len(motion) - 1
    position = np.clip((start + np.arange(frames) / fps * speed) * motion.fps, 0, last)
    previous = np.minimum(position.astype(int), max(last - 1, 0))
    following, fraction = np.minimum(previous + 1, last), position - previous

    def interpolate_linear(values: Doubles) -> Doubles:
        weights = fraction.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values[previous] * (1 - weights) + values[following] * weights)

    return Motion(fps, interpolate_linear(motion.root), nearest_rotation(interpolate_linear(motion.segments)))


def rotate_yaw(motion: Motion, yaw: float) -> Motion:
    """Rotate about the vertical axis, by radians to the body's left."""
    matrix = axis_rotation(Y, yaw)
    return replace(motion, root=motion.root @ matrix.T, segments=matrix @ motion.segments)


def face_front(motion: Motion) -> Motion:
    """Rotate the mean heading to +z and move the mean position to x = z = 0."""
    ahead = motion.segments[:, Segment.PELVIS, :, 2].mean(axis=0)
    turned = rotate_yaw(motion, -float(np.arctan2(ahead[0], ahead[2])))
    return translate(turned, -turned.root.mean(axis=0) * [1, 0, 1])


def translate(motion: Motion, offset: Doubles) -> Motion:
    """Translate by an offset [3] in leg lengths."""
    return replace(motion, root=motion.root + offset)


def mix(upper: Motion, lower: Motion) -> Motion:
    """Combine the upper body of one motion with the pelvis and legs of another; the shorter determines the length."""
    frames = min(len(upper), len(lower))
    segments = lower.segments[:frames].copy()
    pelvis = upper.segments[:frames, Segment.PELVIS]
    to_lower = segments[:, Segment.PELVIS] @ np.swapaxes(pelvis, 1, 2)
    for segment in UPPER_BODY:
        segments[:, segment] = to_lower @ upper.segments[:frames, segment]
    return replace(lower, root=lower.root[:frames], segments=segments)


def join(first: Motion, second: Motion, overlap: int) -> Motion:
    """Append a motion where the first one ends, cross-fading over `overlap` frames."""
    end, start = first.root[len(first) - overlap // 2 - 1], second.root[overlap // 2]
    second = translate(second, (end - start) * [1, 0, 1])
    fraction = ease(np.arange(1, overlap + 1) / (overlap + 1))
    tail, head = slice(len(first) - overlap, None), slice(0, overlap)
    root = first.root[tail] + fraction[:, None] * (second.root[head] - first.root[tail])
    segments = interpolate(first.segments[tail], second.segments[head], fraction[:, None])
    return Motion(
        first.fps,
        np.concatenate([first.root[:-overlap], root, second.root[overlap:]]),
        np.concatenate([first.segments[:-overlap], segments, second.segments[overlap:]]),
    )
