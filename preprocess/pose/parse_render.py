"""Read joints back from pose images in the released style (see `render`).

Each body joint is a dot of radius 4 in a colour of its own, over limbs that are ellipses at 0.6 of their colour's
brightness; hands are drawn over both. Every pixel is labelled by its nearest colour. A dot is located where a disc
covers most pixels of the joint's label; pixels that other dots and lines overdraw count neither for nor against it.
Limbs assign joints to people and locate dots that are hidden.

Hands are not read: their 42 dots are all red and overlap. They stay in the `drawings`.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from preprocess.pose.render import DOT_RADIUS, HAND_BONE_COLOURS, LIMB_BRIGHTNESS
from preprocess.pose.skeleton import BODY, COLOURS, JOINTS, LIMBS, NECK
from preprocess.types import Floats, Frames, PoseSequence

Labels = NDArray[np.uint8]

BACKGROUND = 0
FIRST_LIMB = 1
FIRST_JOINT = FIRST_LIMB + len(LIMBS)
OVERDRAWN = FIRST_JOINT + len(COLOURS)  # a hand's line, or outside the image

MARGIN = 8  # dots may extend beyond the image
MIN_EVIDENCE = 1 / 6  # of a dot's pixels: those of its colour minus half of those that contradict it
MIN_SUPPORT = 0.25  # mean along a limb's line: 1 on the limb, 0.4 under dots, 0.1 under limbs, −0.5 on background
HIDDEN_SCORE = 0.5


def parse_pose_images(frames: Frames) -> PoseSequence:
    """The 18 body joints of the person in pose images uint8 [F, H, W, 3], accurate to a pixel.

    Of several people the largest one of the first image is followed. A joint's score is 1 where its dot is visible,
    0.5 where it is located from its limb alone, 0 where it is missing. The images are kept as `drawings`.
    """
    count, height, width = frames.shape[:3]
    poses = PoseSequence(
        np.zeros((count, JOINTS, 2), np.float32), np.zeros((count, JOINTS), np.float32), (width, height), frames
    )
    last: Floats | None = None
    for index, frame in enumerate(frames):
        people = _read_people(frame)
        if people:
            last = _follow(people, last)
            poses.keypoints[index, BODY] = last[:, :2]
            poses.scores[index, BODY] = last[:, 2]
    return poses


def _read_people(image: NDArray[np.uint8]) -> list[Floats]:
    """All people in one image, each f32 [18, 3]: x, y, score."""
    labels = _labels(image)
    radius = _dot_radius(labels)
    dots = [_dots(labels, joint, radius) for joint in range(len(COLOURS))]
    roots = dots[NECK] if len(dots[NECK]) else np.full((1, 2), np.nan, np.float32)
    people = [_trace(labels, radius, dots, root, alone=len(roots) == 1) for root in roots]
    for person in people:
        person[:, :2] = np.where(person[:, 2:] > 0, person[:, :2] - MARGIN, 0)
    return [person for person in people if np.count_nonzero(person[:, 2]) > 1]


@lru_cache(maxsize=1)
def _nearest_labels() -> Labels:
    """The label nearest to each colour with five bits a channel, [32, 32, 32] by red, green, blue."""
    limbs = np.array(COLOURS[: len(LIMBS)]) * LIMB_BRIGHTNESS
    palette = np.concatenate([[(0, 0, 0)], limbs, COLOURS, HAND_BONE_COLOURS])[:, ::-1]
    grid = np.stack(np.meshgrid(*[np.arange(32) * 8 + 4] * 3, indexing="ij"), axis=-1)
    distances = np.linalg.norm(grid[..., None, :] - palette.astype(np.float32), axis=-1)
    labels: Labels = np.minimum(distances.argmin(axis=-1), OVERDRAWN).astype(np.uint8)
    return labels


def _labels(image: NDArray[np.uint8]) -> Labels:
    """The label of every pixel, padded with `OVERDRAWN`."""
    red, green, blue = np.moveaxis(image >> 3, -1, 0)
    return np.pad(_nearest_labels()[red, green, blue], MARGIN, constant_values=OVERDRAWN)


def _dot_radius(labels: Labels) -> int:
    """The radius of the dots from their median area: 4 unless the image has been scaled."""
    areas: list[int] = []
    for joint in range(len(COLOURS)):
        parts = cv2.connectedComponentsWithStats((labels == FIRST_JOINT + joint).astype(np.uint8))[2]
        areas += [area for area in parts[1:, cv2.CC_STAT_AREA] if area >= DOT_RADIUS]
    whole = np.count_nonzero(_disc(DOT_RADIUS))
    return max(1, round(DOT_RADIUS * float(np.median(areas) / whole) ** 0.5)) if areas else DOT_RADIUS


def _dots(labels: Labels, joint: int, radius: int) -> Floats:
    """Candidate centres f32 [N, 2] of the joint's dot, by descending evidence."""
    found = np.argwhere(labels == FIRST_JOINT + joint)
    if not len(found):
        return np.zeros((0, 2), np.float32)
    top, left = np.maximum(found.min(axis=0) - 2 * radius, 0)
    bottom, right = found.max(axis=0) + 2 * radius + 1
    labels = labels[top:bottom, left:right]
    own = labels == FIRST_JOINT + joint
    evidence = np.where(own, 1, np.where(labels >= FIRST_JOINT, 0, -0.5)).astype(np.float32)
    disc = _disc(radius).astype(np.float32)
    matches = cv2.filter2D(evidence, -1, disc / disc.sum(), borderType=cv2.BORDER_CONSTANT)
    centres = []
    while matches.max() >= MIN_EVIDENCE:
        y, x = np.unravel_index(matches.argmax(), matches.shape)
        centres.append(_refine(own, labels, int(x), int(y), radius + 2))
        cv2.circle(matches, (int(x), int(y)), 2 * radius, 0, thickness=-1)
    return np.array(centres, np.float32).reshape(-1, 2) + np.array([left, top], np.float32)


def _disc(radius: int) -> NDArray[np.uint8]:
    disc = np.zeros((2 * radius + 1, 2 * radius + 1), np.uint8)
    cv2.circle(disc, (radius, radius), radius, 1, thickness=-1)
    return disc


def _refine(own: NDArray[np.bool_], labels: Labels, x: int, y: int, reach: int) -> tuple[float, float]:
    """The subpixel centre of a dot that is not overdrawn, else (x, y)."""
    top, left = max(y - reach, 0), max(x - reach, 0)
    near = np.s_[top : y + reach + 1, left : x + reach + 1]
    if np.any((labels[near] >= FIRST_JOINT) & ~own[near]):
        return x, y
    rows, columns = np.nonzero(own[near])
    return left + columns.mean(), top + rows.mean()


def _trace(labels: Labels, radius: int, dots: list[Floats], root: Floats, alone: bool) -> Floats:
    """Follow the limbs from the neck at `root`: f32 [18, 3] x, y, score; `alone` accepts unlinked joints."""
    person = np.zeros((len(COLOURS), 3), np.float32)
    if not np.isnan(root).any():
        person[NECK] = (*root, 1)
    for limb, (start, end) in enumerate(LIMBS):
        if person[start, 2] == 0:
            if alone and len(dots[end]):
                person[end] = (*dots[end][0], 1)
            continue
        linked = _linked_dot(labels, FIRST_LIMB + limb, person[start, :2], dots[end])
        hidden = _limb_tip(labels, FIRST_LIMB + limb, person[start, :2], radius) if linked is None else None
        if linked is not None:
            person[end] = (*linked, 1)
        elif hidden is not None:
            person[end] = (*hidden, HIDDEN_SCORE)
    return person


def _linked_dot(labels: Labels, limb: int, start: Floats, dots: Floats) -> Floats | None:
    """The dot that the limb connects with `start`: the farthest with the limb's colour along most of the line."""
    if not len(dots):
        return None
    steps = np.linspace(0.15, 0.85, 24)[:, None, None]
    line = np.rint(start + steps * (dots - start)).astype(int)
    seen = labels[line[..., 1], line[..., 0]]
    cases = [seen == limb, seen == BACKGROUND, seen < FIRST_JOINT]  # then dots and hands, which may hide the limb
    support = np.select(cases, [1.0, -0.5, 0.1], default=0.4).mean(axis=0)
    if support.max() < MIN_SUPPORT:
        return None
    distances = np.linalg.norm(dots - start, axis=-1)
    return np.asarray(dots[np.where(support > 0.8 * support.max(), distances, 0).argmax()])


def _limb_tip(labels: Labels, limb: int, start: Floats, radius: int) -> Floats | None:
    """The end of the limb that begins at `start`, from its ellipse.

    The visible pixels give the direction; the length is the one whose ellipse agrees best with the labels: most limb
    inside, least limb outside and least background inside.
    """
    here = _joined_to(labels, limb, start)
    rows, columns = np.nonzero(here)
    if len(rows) < 4 * radius:
        return None
    middle = np.array([columns.mean(), rows.mean()]) - start
    reach = float(np.linalg.norm(middle))
    if reach < radius:
        return None
    direction = middle / reach
    rows, columns = np.nonzero(here | (labels == BACKGROUND))
    offsets = np.stack([columns, rows], axis=-1) - start
    along, across = offsets @ direction, offsets @ np.array([-direction[1], direction[0]])
    band = (abs(across) <= radius + 1) & (along >= 0) & (along <= 4 * reach)
    lengths = np.arange(reach, 4 * reach)[:, None]
    inside = (2 * along[band] / lengths - 1) ** 2 + (across[band] / radius) ** 2 <= 1
    disagreements = np.count_nonzero(inside != here[rows[band], columns[band]], axis=1)
    tip: Floats = (start + direction * lengths[disagreements.argmin()]).astype(np.float32)
    return tip


def _joined_to(labels: Labels, limb: int, start: Floats) -> NDArray[np.bool_]:
    """The limb's pixels that are connected with `start`, also across dots and lines that hide them."""
    x, y = np.rint(start).astype(int)
    if not (0 <= x < labels.shape[1] and 0 <= y < labels.shape[0]):
        return np.zeros(labels.shape, bool)
    _, parts = cv2.connectedComponents(((labels == limb) | (labels >= FIRST_JOINT)).astype(np.uint8))
    joined: NDArray[np.bool_] = (labels == limb) & (parts == parts[y, x])
    return joined


def _follow(people: list[Floats], last: Floats | None) -> Floats:
    """The largest person at first, then the one nearest to the `last`."""
    if last is None:
        return max(people, key=_height)
    return min(people, key=lambda person: _distance(person, last))


def _height(person: Floats) -> float:
    return float(np.ptp(person[person[:, 2] > 0, 1]))


def _distance(person: Floats, other: Floats) -> float:
    both = (person[:, 2] > 0) & (other[:, 2] > 0)
    gaps = np.linalg.norm(person[both, :2] - other[both, :2], axis=-1)
    return float(gaps.mean()) if both.any() else np.inf
