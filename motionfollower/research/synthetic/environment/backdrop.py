"""The backdrop, the image of the environment without the person: each pixel's ray hits the floor or a wall."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from motionfollower.research.synthetic.environment.floors import tint_floor
from motionfollower.research.synthetic.environment.panels import SHADE, distance_to_panel, paint_panel
from motionfollower.research.synthetic.environment.types import Environment, EnvironmentTable
from motionfollower.research.synthetic.environment.walls import has_skirting, tint_wall
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import noise_table
from motionfollower.research.synthetic.renderer.types import Doubles, Floats, View
from motionfollower.research.synthetic.renderer.vectors import (
    Vector,
    add,
    blend,
    clamp,
    multiply,
    rotate_inverse,
    row,
    scale,
)
from preprocess.types import Size

FLOOR, BACK, RIGHT, LEFT = range(1, 5)
SKIRTING = 0.11  # metres
WHITE_BOARD = (0.75, 0.73, 0.70)
SUN_ON_FLOOR = 0.45  # factor on the sun's light
BLUR_START, BLUR_FULL = 0.5, 3.5  # metres behind the person at which the blur starts and is strongest


@dataclass(frozen=True)
class Backdrop:
    """Linear light f32 [H, W, 3], and the world point that each pixel shows, f32 [H, W, 3]."""

    light: Floats
    points: Floats


def render_backdrop(environment: Environment, view: View, size: Size) -> Backdrop:
    """Render the environment at `size` with four rays per pixel, blurred by the distance behind z = 0."""
    width, height = size
    light, points = (np.empty((2 * height, 2 * width, 3), np.float32) for _ in range(2))
    fine = view._replace(focal=2 * view.focal, x=2 * view.x, y=2 * view.y)
    sun = environment.sun
    ambient = SUN_ON_FLOOR * np.array(sun.sun) + (np.array(sun.sky) + np.array(sun.ground)) / 2
    _trace(fine, environment.table(), ambient, noise_table(), light, points)
    image = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    nearby = np.ascontiguousarray(points[1::2, 1::2])
    return Backdrop(_defocus(image, nearby, environment.blur * max(size) / 512), nearby)


def _defocus(light: Floats, points: Floats, radius: float) -> Floats:
    """Depth of field: interpolate between three blurs by the distance behind the person."""
    far = np.clip((-points[..., 2:] - BLUR_START) / (BLUR_FULL - BLUR_START), 0, 1)
    soft, softer = (cv2.GaussianBlur(light, (0, 0), max(blur, 0.3)) for blur in (radius, 2.2 * radius))
    blurred = np.where(far < 0.5, light + 2 * far * (soft - light), soft + (2 * far - 1) * (softer - soft))
    return np.asarray(blurred, np.float32)


@compiled
def _trace(
    view: View, environment: EnvironmentTable, ambient: Doubles, noise: Floats, light: Floats, points: Floats
) -> None:
    height, width = light.shape[:2]
    eye = (view.eye[0], view.eye[1], view.eye[2])
    ambient_light = (ambient[0], ambient[1], ambient[2])
    for y in range(height):
        for x in range(width):
            ahead = ((x + 0.5 - view.x) / view.focal, (y + 0.5 - view.y) / view.focal, 1.0)
            ray = rotate_inverse(view.rotation, ahead)
            hit, distance = _hit(eye, ray, environment)
            point = add(eye, scale(ray, distance))
            if hit == FLOOR:
                colour, emission = _floor(point, environment, noise)
            else:
                colour, emission = _wall(point, hit, environment, noise)
            radiance = add(multiply(colour, ambient_light), emission)
            for channel in range(3):
                light[y, x, channel] = radiance[channel]
                points[y, x, channel] = point[channel]


@compiled
def _hit(eye: Vector, ray: Vector, environment: EnvironmentTable) -> tuple[int, float]:
    """The first surface that a ray hits, and the distance to it."""
    hit, nearest = BACK, 1e3
    if ray[2] < -1e-5:
        nearest = (environment.back - eye[2]) / ray[2]
    if ray[1] < -1e-5 and -eye[1] / ray[1] < nearest:
        hit, nearest = FLOOR, -eye[1] / ray[1]
    if environment.side > 0 and abs(ray[0]) > 1e-5:
        to_side = (np.sign(ray[0]) * environment.side - eye[0]) / ray[0]
        if to_side < nearest:
            hit, nearest = (RIGHT if ray[0] > 0 else LEFT), to_side
    return hit, nearest


@compiled
def _floor(point: Vector, environment: EnvironmentTable, noise: Floats) -> tuple[Vector, Vector]:
    x, _, z = point
    weight, brightness = tint_floor(environment.floor, x, z, environment.floor_scale, environment.seed, noise)
    colour = blend(row(environment.colours, 0), row(environment.colours, 1), clamp(weight, 0, 1))
    corner = 0.62 + 0.38 * clamp((z - environment.back) / 1.2, 0, 1)
    pool = 0.55 + 0.45 * np.exp(-0.04 * (x * x + z * z))
    return scale(colour, brightness * corner * pool), (0.0, 0.0, 0.0)


@compiled
def _wall(point: Vector, hit: int, environment: EnvironmentTable, noise: Floats) -> tuple[Vector, Vector]:
    x, y, z = point
    weight, brightness, emission = tint_wall(
        environment.wall, x if hit == BACK else z, y, environment.wall_scale, environment.seed, noise
    )
    colour = scale(blend(row(environment.colours, 2), row(environment.colours, 3), clamp(weight, 0, 1)), brightness)
    if has_skirting(environment.wall) and y < SKIRTING:
        colour = WHITE_BOARD
    if hit == BACK:
        for index in range(environment.panels.shape[0]):
            outside = distance_to_panel(environment.panels, index, x, y)
            if outside < 0:
                colour, emission = paint_panel(environment.panels, index, x, y, environment.seed, noise)
            elif outside < SHADE:
                colour = scale(colour, 0.8 + 2 * outside)
    height = 0.80 + 0.25 * min(y / 2.6, 1.0)
    corner = 0.75 + 0.25 * min(y / 0.35, 1.0)
    return scale(colour, height * corner * (1.0 if hit == BACK else 0.82)), emission
