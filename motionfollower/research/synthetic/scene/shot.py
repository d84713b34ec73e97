"""Motions before a camera: a body's bones and the camera's view in every frame, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from motionfollower.research.synthetic.body.body import Body
from motionfollower.research.synthetic.body.skeleton import Posed
from motionfollower.research.synthetic.motion.change import resample
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.renderer.types import View
from motionfollower.research.synthetic.scene.camera import Box, Camera, film
from preprocess.types import Size

AROUND_THE_BONES = Box(np.array([-0.12, -0.10, -0.10]), np.array([0.12, 0.24, 0.10]))


@dataclass(frozen=True)
class ShotSetup:
    """A body before a camera that takes pictures of a size, `fps` a second."""

    body: Body
    camera: Camera
    size: Size
    fps: float


@dataclass(frozen=True)
class Shot:
    """One motion as the camera sees it: the body's bones and the camera's view in every frame."""

    posed: Posed
    views: Sequence[View]

    def __len__(self) -> int:
        return len(self.posed)


def plan_shots(stage: ShotSetup, motions: Sequence[Motion], frames: int, hands: int = 0) -> list[Shot]:
    """All motions before one camera that has room for each of them; `hands` is the seed of the hands' life."""
    posed = [_centre(stage.body.dance(resample(motion, stage.fps, frames), hands)) for motion in motions]
    box = reduce(Box.joined, (_box(bones) for bones in posed))
    views = film(stage.camera, box, stage.body.height, stage.size, frames)
    return [Shot(bones, views) for bones in posed]


def _centre(posed: Posed) -> Posed:
    """With the middle of its way at x = z = 0."""
    middle = posed.positions.mean(axis=(0, 1)) * [1, 0, 1]
    return replace(posed, positions=posed.positions - middle)


def _box(posed: Posed) -> Box:
    low, high = posed.positions.min(axis=(0, 1)), posed.positions.max(axis=(0, 1))
    return Box(low + AROUND_THE_BONES.low, high + AROUND_THE_BONES.high)
