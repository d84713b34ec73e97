"""One motion from others: mirrored, resampled, mixed, joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionfollower.research.synthetic.motion.rotations import Y, about, interpolate, nearest_rotation
from motionfollower.research.synthetic.motion.types import UPPER_BODY, Doubles, Motion, Segment

FLIP = np.diag([-1.0, 1.0, 1.0])
SIDES = {"L_": "R_", "R_": "L_"}


def _other_side(segment: Segment) -> Segment:
    prefix, rest = segment.name[:2], segment.name[2:]
    return Segment[SIDES.get(prefix, prefix) + rest]


OTHER_SIDE = [_other_side(segment) for segment in Segment]


def mirror(motion: Motion) -> Motion:
    """Left for right."""
    return replace(motion, root=motion.root @ FLIP, segments=FLIP @ motion.segments[:, OTHER_SIDE] @ FLIP)


def resample(motion: Motion, fps: float, frames: int, start: float = 0.0, speed: float = 1.0) -> Motion:
    """`frames` frames at `fps`, from `start` seconds on; past its end the motion stands still."""
    last = len(motion) - 1
    at = np.clip((start + np.arange(frames) / fps * speed) * motion.fps, 0, last)
    before = np.minimum(at.astype(int), max(last - 1, 0))
    after, share = np.minimum(before + 1, last), at - before

    def between(values: Doubles) -> Doubles:
        weights = share.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values[before] * (1 - weights) + values[after] * weights)

    return Motion(fps, between(motion.root), nearest_rotation(between(motion.segments)))


def turn(motion: Motion, yaw: float) -> Motion:
    """Turned on the spot, by radians to the body's left."""
    matrix = about(Y, yaw)
    return replace(motion, root=motion.root @ matrix.T, segments=matrix @ motion.segments)


def face_front(motion: Motion) -> Motion:
    """With the mean of its headings along +z, and the middle of its way at x = z = 0."""
    ahead = motion.segments[:, Segment.PELVIS, :, 2].mean(axis=0)
    turned = turn(motion, -float(np.arctan2(ahead[0], ahead[2])))
    return shift(turned, -turned.root.mean(axis=0) * [1, 0, 1])


def shift(motion: Motion, way: Doubles) -> Motion:
    """Elsewhere, by lengths of the leg [3]."""
    return replace(motion, root=motion.root + way)


def mix(upper: Motion, lower: Motion) -> Motion:
    """The upper body of one motion on the pelvis and legs of another, for as long as both last."""
    frames = min(len(upper), len(lower))
    segments = lower.segments[:frames].copy()
    pelvis = upper.segments[:frames, Segment.PELVIS]
    to_lower = segments[:, Segment.PELVIS] @ np.swapaxes(pelvis, 1, 2)
    for segment in UPPER_BODY:
        segments[:, segment] = to_lower @ upper.segments[:frames, segment]
    return replace(lower, root=lower.root[:frames], segments=segments)


def join(first: Motion, second: Motion, overlap: int) -> Motion:
    """The second motion after the first, from where that ends; over `overlap` frames one becomes the other."""
    ends, begins = first.root[len(first) - overlap // 2 - 1], second.root[overlap // 2]
    second = shift(second, (ends - begins) * [1, 0, 1])
    share = _ease(np.arange(1, overlap + 1) / (overlap + 1))
    tail, head = slice(len(first) - overlap, None), slice(0, overlap)
    root = first.root[tail] + share[:, None] * (second.root[head] - first.root[tail])
    segments = interpolate(first.segments[tail], second.segments[head], share[:, None])
    return Motion(
        first.fps,
        np.concatenate([first.root[:-overlap], root, second.root[overlap:]]),
        np.concatenate([first.segments[:-overlap], segments, second.segments[overlap:]]),
    )


def _ease(share: Doubles) -> Doubles:
    return np.asarray(share**2 * (3 - 2 * share))
