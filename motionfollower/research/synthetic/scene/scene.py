"""One dancer in one place before one camera: the same scene under any number of motions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.joints import JointFinder
from motionfollower.research.synthetic.annotations.visibility import project_joints, visible_joints
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.environment.backdrop import Backdrop, see_place
from motionfollower.research.synthetic.environment.floor_shadow import floor_shadow
from motionfollower.research.synthetic.environment.types import Environment
from motionfollower.research.synthetic.renderer.noise import noise_table
from motionfollower.research.synthetic.renderer.shade import shade
from motionfollower.research.synthetic.renderer.shadow_map import REACH, SIZE, fill_shadow_map, sun_rotation
from motionfollower.research.synthetic.renderer.tone import develop
from motionfollower.research.synthetic.renderer.types import Floats, Geometry, Pixels, ShadowMap, View
from motionfollower.research.synthetic.renderer.zbuffer import project, rasterize
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import Character
from motionfollower.research.synthetic.scene.shot import Shot, ShotSetup
from preprocess.types import Size

FINER = 2  # pixels drawn for one pixel of the picture, each way
FEET = {"foot.L": 0.085, "foot.R": 0.085, "toe1-1.L": 0.03, "toe1-1.R": 0.03}
"""Bones over the points that touch the floor, and how far over."""


@dataclass(frozen=True)
class Scene:
    """What stays the same whatever the dancer does; `grain` is how strong the film's grain is, in levels."""

    dancer: Character
    place: Environment
    camera: Camera
    size: Size
    fps: float
    grain: float = 1.5

    @property
    def stage(self) -> ShotSetup:
        """The scene without its looks: a body before a camera."""
        return ShotSetup(self.dancer.body, self.camera, self.size, self.fps)


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

    def render(self, take: Shot) -> Iterator[TrueFrame]:
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
        joints = self._finder.find(self._assets, scene.dancer.body, rotations, positions)
        places, depths = project_joints(joints, view)
        visibility = visible_joints(places, depths, self._pixels, FINER)
        return TrueFrame(develop(light, scene.grain, index), plate, person[..., 3], left, places, visibility)

    def _cast(self, geometry: Geometry, positions: Doubles) -> ShadowMap:
        centre = positions[self._scene.dancer.body.skeleton.bone("spine03")]
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
        skeleton = self._scene.dancer.body.skeleton
        return np.stack([positions[skeleton.bone(name)] - [0, over, 0] for name, over in FEET.items()])
