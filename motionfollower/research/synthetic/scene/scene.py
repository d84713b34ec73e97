"""Scenes and their renderer: one character, environment and camera under any number of motions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.joints import JointFinder
from motionfollower.research.synthetic.annotations.visibility import project_joints, visible_joints
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.environment.backdrop import Backdrop, render_backdrop
from motionfollower.research.synthetic.environment.floor_shadow import floor_shadow
from motionfollower.research.synthetic.environment.types import Environment
from motionfollower.research.synthetic.renderer.noise import noise_table
from motionfollower.research.synthetic.renderer.shade import shade
from motionfollower.research.synthetic.renderer.shadow_map import REACH, SIZE, fill_shadow_map, sun_rotation
from motionfollower.research.synthetic.renderer.tone import tone_map
from motionfollower.research.synthetic.renderer.types import Floats, Geometry, Pixels, ShadowMap, View
from motionfollower.research.synthetic.renderer.zbuffer import project, rasterize
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import Character
from motionfollower.research.synthetic.scene.shot import Shot, ShotSetup
from preprocess.types import Size

SUPERSAMPLING = 2  # rendered pixels per image pixel, along each axis
FOOT_BONES = {"foot.L": 0.085, "foot.R": 0.085, "toe1-1.L": 0.03, "toe1-1.R": 0.03}
"""Heights in metres of the heads of foot bones above the sole."""


@dataclass(frozen=True)
class Scene:
    """Everything but the motion; `grain` is the strength of film grain in 8-bit levels."""

    character: Character
    environment: Environment
    camera: Camera
    size: Size
    fps: float
    grain: float = 1.5

    @property
    def setup(self) -> ShotSetup:
        """The part of the scene that shots are planned with."""
        return ShotSetup(self.character.body, self.camera, self.size, self.fps)


@dataclass(frozen=True)
class AnnotatedFrame:
    """A rendered frame with its ground truth.

    `image` and `plate`, the same without the person and grain, are uint8 [H, W, 3]; `alpha` f32 [H, W] is the
    person's coverage of each pixel, `shade` f32 [H, W] the factor of their shadow on the background's light;
    `joints` f64 [128, 2] are in pixels, `visibility` uint8 [128] are `annotations.visibility.Visibility`.
    """

    image: NDArray[np.uint8]
    plate: NDArray[np.uint8]
    alpha: Floats
    shade: Floats
    joints: Doubles
    visibility: NDArray[np.uint8]


class Renderer:
    """Renders shots of a scene; reuses its buffers, and the backdrop if the camera does not move."""

    def __init__(self, assets: Assets, scene: Scene) -> None:
        width, height = scene.size
        fine = (SUPERSAMPLING * height, SUPERSAMPLING * width)
        self._assets, self._scene, self._finder = assets, scene, JointFinder.of(assets)
        self._light = scene.environment.sun.light()
        self._sun = sun_rotation(self._light.direction)
        self._depth = np.empty((SIZE, SIZE), np.float32)
        self._pixels = Pixels(np.empty(fine, np.float32), np.empty(fine, np.int32), np.empty((*fine, 2), np.float32))
        self._linear_image = np.empty((*fine, 4), np.float32)
        self._static_background: tuple[Backdrop, NDArray[np.uint8]] | None = None

    def render(self, shot: Shot) -> Iterator[AnnotatedFrame]:
        """Render the frames of a shot; frames of the same index have the same grain in all shots."""
        for index, view in enumerate(shot.views):
            yield self._frame(shot.posed.rotations[index], shot.posed.positions[index], view, index)

    def _frame(self, rotations: Doubles, positions: Doubles, view: View, index: int) -> AnnotatedFrame:
        scene = self._scene
        geometry = scene.character.pose(rotations, positions)
        shadow = self._render_shadow_map(geometry, positions)
        person = self._render_person(geometry, view, shadow)
        backdrop, plate = self._render_background(view)
        shadow_light = floor_shadow(backdrop.points, shadow, self._feet(positions))
        light = person[..., :3] + (1 - person[..., 3:]) * backdrop.light * shadow_light[..., None]
        joints = self._finder.find(self._assets, scene.character.body, rotations, positions)
        pixels, depths = project_joints(joints, view)
        visibility = visible_joints(pixels, depths, self._pixels, SUPERSAMPLING)
        image = tone_map(light, scene.grain, index)
        return AnnotatedFrame(image, plate, person[..., 3], shadow_light, pixels, visibility)

    def _render_shadow_map(self, geometry: Geometry, positions: Doubles) -> ShadowMap:
        centre = positions[self._scene.character.body.skeleton.bone("spine03")]
        shadow = ShadowMap(self._depth, self._sun, centre, SIZE / REACH)
        fill_shadow_map(geometry, shadow)
        return shadow

    def _render_person(self, geometry: Geometry, view: View, shadow: ShadowMap) -> Floats:
        """The person alone, f32 [H, W, 4]: linear RGB premultiplied by alpha, and alpha."""
        fine = view._replace(focal=SUPERSAMPLING * view.focal, x=SUPERSAMPLING * view.x, y=SUPERSAMPLING * view.y)
        screen, noise, character = np.empty_like(geometry.points), noise_table(), self._scene.character
        project(geometry.points, fine, screen)
        rasterize(screen, geometry, noise, self._pixels)
        shade(
            self._pixels,
            geometry,
            fine,
            self._light,
            shadow,
            character.materials,
            character.skin,
            noise,
            self._linear_image,
        )
        return np.asarray(cv2.resize(self._linear_image, self._scene.size, interpolation=cv2.INTER_AREA))

    def _render_background(self, view: View) -> tuple[Backdrop, NDArray[np.uint8]]:
        """The backdrop and the plate of a view."""
        if self._static_background is not None and not self._scene.camera.moves:
            return self._static_background
        backdrop = render_backdrop(self._scene.environment, view, self._scene.size)
        self._static_background = backdrop, tone_map(backdrop.light)
        return self._static_background

    def _feet(self, positions: Doubles) -> Doubles:
        skeleton = self._scene.character.body.skeleton
        return np.stack([positions[skeleton.bone(name)] - [0, height, 0] for name, height in FOOT_BONES.items()])
