"""One dancer in one place before one camera: the same scene under any number of motions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.dancers.assets.types import Assets, Doubles
from motionfollower.dancers.body.skeleton import Posed
from motionfollower.dancers.camera import Box, Camera, film
from motionfollower.dancers.dancer import Dancer
from motionfollower.dancers.motion.change import resample
from motionfollower.dancers.motion.types import Motion
from motionfollower.dancers.place.backdrop import Backdrop, see_place
from motionfollower.dancers.place.floor_shadow import floor_shadow
from motionfollower.dancers.place.types import Place
from motionfollower.dancers.raster.noise import noise_table
from motionfollower.dancers.raster.shade import shade
from motionfollower.dancers.raster.shadow_map import REACH, SIZE, fill_shadow_map, sun_rotation
from motionfollower.dancers.raster.tone import develop
from motionfollower.dancers.raster.types import Floats, Geometry, Pixels, ShadowMap, View
from motionfollower.dancers.raster.zbuffer import project, rasterize
from motionfollower.dancers.truth.joints import JointFinder
from motionfollower.dancers.truth.visibility import judge, project_joints
from preprocess.types import Size

FINER = 2  # pixels drawn for one pixel of the picture, each way
AROUND_THE_BONES = Box(np.array([-0.12, -0.10, -0.10]), np.array([0.12, 0.24, 0.10]))
FEET = {"foot.L": 0.085, "foot.R": 0.085, "toe1-1.L": 0.03, "toe1-1.R": 0.03}
"""Bones over the points that touch the floor, and how far over."""


@dataclass(frozen=True)
class Scene:
    """What stays the same whatever the dancer does; `grain` is how strong the film's grain is, in levels."""

    dancer: Dancer
    place: Place
    camera: Camera
    size: Size
    fps: float
    grain: float = 1.5


@dataclass(frozen=True)
class Take:
    """One motion as the scene shows it: the dancer's bones and the camera's view in every frame."""

    posed: Posed
    views: Sequence[View]

    def __len__(self) -> int:
        return len(self.posed)


@dataclass(frozen=True)
class TrueFrame:
    """One frame and all that is true about it.

    `image` and `plate`, the same without anybody, are uint8 [H, W, 3]; `alpha` f32 [H, W] is how much of a pixel
    is the person, `shade` f32 [H, W] the share of light that their shadow leaves on what is behind;
    `joints` f64 [128, 2] are in pixels, `visibility` uint8 [128].
    """

    image: NDArray[np.uint8]
    plate: NDArray[np.uint8]
    alpha: Floats
    shade: Floats
    joints: Doubles
    visibility: NDArray[np.uint8]


def plan_takes(scene: Scene, motions: Sequence[Motion], frames: int, hands: int = 0) -> list[Take]:
    """All motions before one camera that has room for each of them; `hands` is the seed of the hands' life."""
    posed = [_centre(scene.dancer.dance(resample(motion, scene.fps, frames), hands)) for motion in motions]
    box = reduce(Box.joined, (_box(bones) for bones in posed))
    views = film(scene.camera, box, float(np.ptp(scene.dancer.rest[:, 1])), scene.size, frames)
    return [Take(bones, views) for bones in posed]


def _centre(posed: Posed) -> Posed:
    """With the middle of its way at x = z = 0."""
    middle = posed.positions.mean(axis=(0, 1)) * [1, 0, 1]
    return replace(posed, positions=posed.positions - middle)


def _box(posed: Posed) -> Box:
    low, high = posed.positions.min(axis=(0, 1)), posed.positions.max(axis=(0, 1))
    return Box(low + AROUND_THE_BONES.low, high + AROUND_THE_BONES.high)


class Renderer:
    """Renders takes of a scene; keeps the buffers, and the backdrop while the camera stands still."""

    def __init__(self, assets: Assets, scene: Scene) -> None:
        width, height = scene.size
        fine = (FINER * height, FINER * width)
        self._assets, self._scene, self._finder = assets, scene, JointFinder.of(assets)
        self._light = scene.place.sun.light()
        self._sun = sun_rotation(self._light.direction)
        self._depth = np.empty((SIZE, SIZE), np.float32)
        self._pixels = Pixels(np.empty(fine, np.float32), np.empty(fine, np.int32), np.empty((*fine, 2), np.float32))
        self._picture = np.empty((*fine, 4), np.float32)
        self._still: tuple[Backdrop, NDArray[np.uint8]] | None = None

    def render(self, take: Take) -> Iterator[TrueFrame]:
        """The frames of a take; the grain is the same for all takes of a scene."""
        for index, view in enumerate(take.views):
            yield self._frame(take.posed.rotations[index], take.posed.positions[index], view, index)

    def _frame(self, rotations: Doubles, positions: Doubles, view: View, index: int) -> TrueFrame:
        scene = self._scene
        geometry = scene.dancer.pose(rotations, positions)
        shadow = self._cast(geometry, positions)
        person = self._draw(geometry, view, shadow)
        backdrop, plate = self._see(view)
        left = floor_shadow(backdrop.points, shadow, self._feet(positions))
        light = person[..., :3] + (1 - person[..., 3:]) * backdrop.light * left[..., None]
        joints = self._finder.find(self._assets, scene.dancer, rotations, positions)
        places, depths = project_joints(joints, view)
        visibility = judge(places, depths, self._pixels, FINER)
        return TrueFrame(develop(light, scene.grain, index), plate, person[..., 3], left, places, visibility)

    def _cast(self, geometry: Geometry, positions: Doubles) -> ShadowMap:
        centre = positions[self._scene.dancer.skeleton.bone("spine03")]
        shadow = ShadowMap(self._depth, self._sun, centre, SIZE / REACH)
        fill_shadow_map(geometry, shadow)
        return shadow

    def _draw(self, geometry: Geometry, view: View, shadow: ShadowMap) -> Floats:
        """The person alone, f32 [H, W, 4], weighted by alpha."""
        fine = view._replace(focal=FINER * view.focal, x=FINER * view.x, y=FINER * view.y)
        screen, noise, dancer = np.empty_like(geometry.points), noise_table(), self._scene.dancer
        project(geometry.points, fine, screen)
        rasterize(screen, geometry, noise, self._pixels)
        shade(self._pixels, geometry, fine, self._light, shadow, dancer.wardrobe, dancer.skin, noise, self._picture)
        return np.asarray(cv2.resize(self._picture, self._scene.size, interpolation=cv2.INTER_AREA))

    def _see(self, view: View) -> tuple[Backdrop, NDArray[np.uint8]]:
        """What is behind the person, and the plate."""
        if self._still is not None and not self._scene.camera.moves:
            return self._still
        backdrop = see_place(self._scene.place, view, self._scene.size)
        self._still = backdrop, develop(backdrop.light)
        return self._still

    def _feet(self, positions: Doubles) -> Doubles:
        skeleton = self._scene.dancer.skeleton
        return np.stack([positions[skeleton.bone(name)] - [0, over, 0] for name, over in FEET.items()])
