"""Cameras: where they stand, how they move, and how much of a person they show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.renderer.types import View
from preprocess.types import Size

FIELD = np.radians(30)  # of view, across the longer side


class Framing(IntEnum):
    """How much of the person the picture shows."""

    WHOLE = 0
    KNEES_UP = 1
    WAIST_UP = 2


LOWEST_SHOWN = {Framing.WHOLE: 0.0, Framing.KNEES_UP: 0.30, Framing.WAIST_UP: 0.55}
"""Where the picture begins, as a share of the person's height."""


ARMS_CUT = 0.6
"""Share of the box's width that pictures show at least that begin above the feet."""

LEAST_FILL = 0.5
"""Share of the picture's height that a standing person takes at least."""


@dataclass(frozen=True)
class Camera:
    """How a camera is held.

    `fill` is the share of the picture's height that the person takes at most; `pan` and `zoom` are how far it
    moves to the side (metres) and nearer (share) over the clip, `shake` how much the hand trembles (metres);
    `height` is that of the lens, `aside` how far it stands to the left.
    """

    framing: Framing = Framing.WHOLE
    fill: float = 0.75
    pan: float = 0.0
    zoom: float = 0.0
    shake: float = 0.0
    height: float = 1.25
    aside: float = 0.0
    seed: int = 0

    @property
    def moves(self) -> bool:
        """Whether its frames differ."""
        return any((self.pan, self.zoom, self.shake))


@dataclass(frozen=True)
class Box:
    """The room that somebody takes, f64 [3] each: two corners in the world."""

    low: Doubles
    high: Doubles

    def joined(self, other: Box) -> Box:
        """The box around both."""
        return Box(np.minimum(self.low, other.low), np.maximum(self.high, other.high))


def film(camera: Camera, box: Box, person_height: float, size: Size, frames: int) -> list[View]:
    """The views of all frames: the whole box is in the picture, but for what the framing leaves out below.

    Whoever strays far is cut at the sides before they become too small.
    """
    focal = 0.5 * max(size) / np.tan(FIELD / 2)
    distance = _distance(camera, box, person_height, size, focal)
    middle = (box.low + box.high) / 2
    if camera.framing is not Framing.WHOLE:
        middle[1] = _lowest(camera, box, person_height) + 0.5 * size[1] * distance / focal
    time = np.linspace(-0.5, 0.5, frames) if frames > 1 else np.zeros(1)
    tremble = _tremble(camera, frames)
    eyes = np.stack(
        [
            middle[0] + camera.aside * distance + camera.pan * time,
            np.full(frames, camera.height if camera.framing is Framing.WHOLE else middle[1]),
            middle[2] + distance * (1 - camera.zoom * time),
        ],
        axis=1,
    )
    targets = middle + np.stack([0.35 * camera.pan * time, 0 * time, 0 * time], axis=1)
    return [
        View(_look(target + shake[1] - eye - shake[0]), eye + shake[0], focal, size[0] / 2, size[1] / 2)
        for eye, target, shake in zip(eyes, targets, tremble, strict=True)
    ]


def _lowest(camera: Camera, box: Box, person_height: float) -> float:
    """The height that the picture begins at."""
    return float(box.low[1]) + LOWEST_SHOWN[camera.framing] * person_height


def _distance(camera: Camera, box: Box, person_height: float, size: Size, focal: float) -> float:
    """How far away the camera stands from the middle of the box, in metres."""
    width, height = size
    across, _, deep = box.high - box.low
    up = float(box.high[1]) - _lowest(camera, box, person_height)
    shown = 1.0 if camera.framing is Framing.WHOLE else ARMS_CUT
    distance = focal * max(up / (camera.fill * height), shown * across / width) + deep / 2
    return float(min(distance, focal * person_height / (LEAST_FILL * height)))


def _tremble(camera: Camera, frames: int) -> Doubles:
    """How far the hand and the aim are off, f64 [F, 2, 3]."""
    noise = np.random.default_rng(camera.seed).standard_normal((frames, 2, 3))
    smooth = gaussian_filter1d(noise, 2.0, axis=0, mode="nearest")
    return np.asarray(camera.shake * smooth / 0.37)


def _look(way: Doubles) -> Doubles:
    """From the world to a camera that looks along `way`: rows right, down, ahead."""
    ahead = way / np.linalg.norm(way)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])
