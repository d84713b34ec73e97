"""Cameras: framing of the person and camera motion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.research.synthetic.assets.types import Doubles
from motionfollower.research.synthetic.renderer.types import View
from preprocess.types import Size

FIELD_OF_VIEW = np.radians(30)  # across the longer side of the image


class Framing(IntEnum):
    """How much of the person the image shows."""

    WHOLE = 0
    KNEES_UP = 1
    WAIST_UP = 2


LOWEST_SHOWN = {Framing.WHOLE: 0.0, Framing.KNEES_UP: 0.30, Framing.WAIST_UP: 0.55}
"""Lower edge of the image, as a fraction of the person's height."""

MIN_WIDTH_SHOWN = 0.6
"""Fraction of the bounding box's width that the image shows at least, in framings that cut off the feet."""

MIN_FILL = 0.5
"""Minimum fraction of the image height that a standing person covers."""


@dataclass(frozen=True)
class Camera:
    """Framing and motion of a camera.

    `fill` is the maximum fraction of the image height that the person covers. Over the clip, the camera moves by `pan`
    metres sideways and by the fraction `zoom` of its distance forward; `shake` is the amplitude of hand shake in
    metres. `height` is that of the lens in metres, `offset` the sideways offset as a fraction of the distance.
    """

    framing: Framing = Framing.WHOLE
    fill: float = 0.75
    pan: float = 0.0
    zoom: float = 0.0
    shake: float = 0.0
    height: float = 1.25
    offset: float = 0.0
    seed: int = 0

    @property
    def moves(self) -> bool:
        """Whether the view differs between frames."""
        return any((self.pan, self.zoom, self.shake))


@dataclass(frozen=True)
class Box:
    """An axis-aligned bounding box in the world: two corners, f64 [3] each."""

    low: Doubles
    high: Doubles

    def union(self, other: Box) -> Box:
        """The box around both."""
        return Box(np.minimum(self.low, other.low), np.maximum(self.high, other.high))


def camera_views(camera: Camera, box: Box, person_height: float, size: Size, frames: int) -> list[View]:
    """The views of all frames. The whole box is in the image, except what the framing cuts off below.

    A box so wide that the person would cover less than `MIN_FILL` of the height is cut off at the sides instead.
    """
    focal = 0.5 * max(size) / np.tan(FIELD_OF_VIEW / 2)
    distance = _distance(camera, box, person_height, size, focal)
    middle = (box.low + box.high) / 2
    if camera.framing is not Framing.WHOLE:
        middle[1] = _lowest_shown(camera, box, person_height) + 0.5 * size[1] * distance / focal
    time = np.linspace(-0.5, 0.5, frames) if frames > 1 else np.zeros(1)
    shakes = _hand_shake(camera, frames)
    eyes = np.stack(
        [
            middle[0] + camera.offset * distance + camera.pan * time,
            np.full(frames, camera.height if camera.framing is Framing.WHOLE else middle[1]),
            middle[2] + distance * (1 - camera.zoom * time),
        ],
        axis=1,
    )
    targets = middle + np.stack([0.35 * camera.pan * time, 0 * time, 0 * time], axis=1)
    return [
        View(_look_at(target + shake[1] - eye - shake[0]), eye + shake[0], focal, size[0] / 2, size[1] / 2)
        for eye, target, shake in zip(eyes, targets, shakes, strict=True)
    ]


def _lowest_shown(camera: Camera, box: Box, person_height: float) -> float:
    """World height of the lower edge of the image."""
    return float(box.low[1]) + LOWEST_SHOWN[camera.framing] * person_height


def _distance(camera: Camera, box: Box, person_height: float, size: Size, focal: float) -> float:
    """Distance of the camera from the centre of the box, in metres."""
    width, height = size
    box_width, _, box_depth = box.high - box.low
    height_shown = float(box.high[1]) - _lowest_shown(camera, box, person_height)
    width_shown = 1.0 if camera.framing is Framing.WHOLE else MIN_WIDTH_SHOWN
    distance = focal * max(height_shown / (camera.fill * height), width_shown * box_width / width) + box_depth / 2
    return float(min(distance, focal * person_height / (MIN_FILL * height)))


def _hand_shake(camera: Camera, frames: int) -> Doubles:
    """Offsets of the camera's position and of its target, f64 [F, 2, 3] in metres."""
    noise = np.random.default_rng(camera.seed).standard_normal((frames, 2, 3))
    smooth = gaussian_filter1d(noise, 2.0, axis=0, mode="nearest")
    return np.asarray(camera.shake * smooth / 0.37)


def _look_at(direction: Doubles) -> Doubles:
    """The rotation from the world to a camera that looks along `direction`; rows: right, down, forward."""
    ahead = direction / np.linalg.norm(direction)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])
