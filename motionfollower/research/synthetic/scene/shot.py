"""Shots: a motion retargeted to a body and seen by a camera, before rendering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from motionfollower.research.synthetic.body.body import Body
from motionfollower.research.synthetic.body.skeleton import Posed
from motionfollower.research.synthetic.motion.transforms import resample
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.renderer.types import View
from motionfollower.research.synthetic.scene.camera import Box, Camera, camera_views
from preprocess.types import Size

BONE_MARGIN = Box(np.array([-0.12, -0.10, -0.10]), np.array([0.12, 0.24, 0.10]))


@dataclass(frozen=True)
class ShotSetup:
    """A body before a camera with an image size (width, height) and a frame rate."""

    body: Body
    camera: Camera
    size: Size
    fps: float


@dataclass(frozen=True)
class Shot:
    """One motion before the camera: the posed bones and the camera's view of every frame."""

    posed: Posed
    views: Sequence[View]

    def __len__(self) -> int:
        return len(self.posed)


def plan_shots(setup: ShotSetup, motions: Sequence[Motion], frames: int, hands: int = 0) -> list[Shot]:
    """Plan one shot per motion, with one camera path that frames all of them.

    `frames` is the length of each shot; `hands` is the seed of the idle motion of the hands.
    """
    posed = [_centre(setup.body.retarget(resample(motion, setup.fps, frames), hands)) for motion in motions]
    box = reduce(Box.union, (_bounding_box(bones) for bones in posed))
    views = camera_views(setup.camera, box, setup.body.height, setup.size, frames)
    return [Shot(bones, views) for bones in posed]


def _centre(posed: Posed) -> Posed:
    """Move the mean position over the shot to x = z = 0."""
    middle = posed.positions.mean(axis=(0, 1)) * [1, 0, 1]
    return replace(posed, positions=posed.positions - middle)


def _bounding_box(posed: Posed) -> Box:
    low, high = posed.positions.min(axis=(0, 1)), posed.positions.max(axis=(0, 1))
    return Box(low + BONE_MARGIN.low, high + BONE_MARGIN.high)
