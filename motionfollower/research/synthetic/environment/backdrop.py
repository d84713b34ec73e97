"""The place as a camera sees it, without anybody: each pixel's ray meets the floor or a wall."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from motionfollower.research.synthetic.environment.floors import tint_floor
from motionfollower.research.synthetic.environment.panels import SHADE, distance_to_panel, paint_panel
from motionfollower.research.synthetic.environment.types import Environment, Surroundings
from motionfollower.research.synthetic.environment.walls import has_skirting, tint_wall
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import Floats, noise_table
from motionfollower.research.synthetic.renderer.types import Doubles, View
from motionfollower.research.synthetic.renderer.vectors import (
    Vector,
    add,
    blend,
    clamp,
    multiply,
    row,
    scale,
    turn_back,
)
from preprocess.types import Size

FLOOR, BACK, RIGHT, LEFT = range(1, 5)
SKIRTING = 0.11  # metres
WHITE_BOARD = (0.75, 0.73, 0.70)
SUN_ON_THE_FLOOR = 0.45  # of the sun's light
SHARP, BLURRED = 0.5, 3.5  # metres behind the person: where the blur begins and is full


@dataclass(frozen=True)
class Backdrop:
    """Linear light f32 [H, W, 3], and the point of the world that each pixel shows, f32 [H, W, 3]."""

    light: Floats
    points: Floats


def see_place(place: Environment, view: View, size: Size) -> Backdrop:
    """The place in a picture of `size`, with four rays a pixel, blurred with the distance behind z = 0."""
    width, height = size
    light, points = (np.empty((2 * height, 2 * width, 3), np.float32) for _ in range(2))
    fine = view._replace(focal=2 * view.focal, x=2 * view.x, y=2 * view.y)
    sun = place.sun
    lit = SUN_ON_THE_FLOOR * np.array(sun.sun) + (np.array(sun.sky) + np.array(sun.ground)) / 2
    _trace(fine, place.surroundings(), lit, noise_table(), light, points)
    picture = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    nearby = np.ascontiguousarray(points[1::2, 1::2])
    return Backdrop(_defocus(picture, nearby, place.blur * max(size) / 512), nearby)


def _defocus(light: Floats, points: Floats, radius: float) -> Floats:
    """Blend three blurs by the distance behind the person."""
    far = np.clip((-points[..., 2:] - SHARP) / (BLURRED - SHARP), 0, 1)
    soft, softer = (cv2.GaussianBlur(light, (0, 0), max(blur, 0.3)) for blur in (radius, 2.2 * radius))
    blurred = np.where(far < 0.5, light + 2 * far * (soft - light), soft + (2 * far - 1) * (softer - soft))
    return np.asarray(blurred, np.float32)


@compiled
def _trace(view: View, place: Surroundings, lit: Doubles, noise: Floats, light: Floats, points: Floats) -> None:
    height, width = light.shape[:2]
    eye = (view.eye[0], view.eye[1], view.eye[2])
    lit_by = (lit[0], lit[1], lit[2])
    for y in range(height):
        for x in range(width):
            ahead = ((x + 0.5 - view.x) / view.focal, (y + 0.5 - view.y) / view.focal, 1.0)
            ray = turn_back(view.rotation, ahead)
            hit, distance = _hit(eye, ray, place)
            point = add(eye, scale(ray, distance))
            colour, own = _floor(point, place, noise) if hit == FLOOR else _wall(point, hit, place, noise)
            sent = add(multiply(colour, lit_by), own)
            for channel in range(3):
                light[y, x, channel] = sent[channel]
                points[y, x, channel] = point[channel]


@compiled
def _hit(eye: Vector, ray: Vector, place: Surroundings) -> tuple[int, float]:
    """What a ray meets first, and how far away."""
    hit, nearest = BACK, 1e3
    if ray[2] < -1e-5:
        nearest = (place.back - eye[2]) / ray[2]
    if ray[1] < -1e-5 and -eye[1] / ray[1] < nearest:
        hit, nearest = FLOOR, -eye[1] / ray[1]
    if place.side > 0 and abs(ray[0]) > 1e-5:
        to_side = (np.sign(ray[0]) * place.side - eye[0]) / ray[0]
        if to_side < nearest:
            hit, nearest = (RIGHT if ray[0] > 0 else LEFT), to_side
    return hit, nearest


@compiled
def _floor(point: Vector, place: Surroundings, noise: Floats) -> tuple[Vector, Vector]:
    x, _, z = point
    share, brightness = tint_floor(place.floor, x, z, place.floor_scale, place.seed, noise)
    colour = blend(row(place.colours, 0), row(place.colours, 1), clamp(share, 0, 1))
    corner = 0.62 + 0.38 * clamp((z - place.back) / 1.2, 0, 1)
    pool = 0.55 + 0.45 * np.exp(-0.04 * (x * x + z * z))
    return scale(colour, brightness * corner * pool), (0.0, 0.0, 0.0)


@compiled
def _wall(point: Vector, hit: int, place: Surroundings, noise: Floats) -> tuple[Vector, Vector]:
    x, y, z = point
    share, brightness, own = tint_wall(place.wall, x if hit == BACK else z, y, place.wall_scale, place.seed, noise)
    colour = scale(blend(row(place.colours, 2), row(place.colours, 3), clamp(share, 0, 1)), brightness)
    if has_skirting(place.wall) and y < SKIRTING:
        colour = WHITE_BOARD
    if hit == BACK:
        for index in range(place.panels.shape[0]):
            outside = distance_to_panel(place.panels, index, x, y)
            if outside < 0:
                colour, own = paint_panel(place.panels, index, x, y, place.seed, noise)
            elif outside < SHADE:
                colour = scale(colour, 0.8 + 2 * outside)
    height = 0.80 + 0.25 * min(y / 2.6, 1.0)
    corner = 0.75 + 0.25 * min(y / 0.35, 1.0)
    return scale(colour, height * corner * (1.0 if hit == BACK else 0.82)), own
