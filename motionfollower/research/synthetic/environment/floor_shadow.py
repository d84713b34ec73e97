"""The shadow of a person on the floor: the sun's, and the dark where feet touch."""

from __future__ import annotations

import cv2
import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.shadow_map import sunlight
from motionfollower.research.synthetic.renderer.types import Doubles, Floats, ShadowMap

SUNLESS = 0.45  # of the light that is left in the sun's shadow
REACH = 2.2  # metres from the person, in x and z: shadow falls no farther
SOFTNESS = 2.2  # pixels of 512
BIAS = 0.02  # metres
SPREAD = 2.0  # pixels of the shadow map between looks


def floor_shadow(points: Floats, shadow: ShadowMap, feet: Doubles) -> Floats:
    """The share of light that is left, f32 [H, W], where pixels show `points`; `feet` f64 [N, 3] are near the floor."""
    left = np.empty(points.shape[:2], np.float32)
    _cast(points, shadow, feet, left)
    return np.asarray(cv2.GaussianBlur(left, (0, 0), SOFTNESS * max(left.shape) / 512))


@compiled
def _cast(points: Floats, shadow: ShadowMap, feet: Doubles, left: Floats) -> None:
    height, width = left.shape
    for y in range(height):
        for x in range(width):
            px, py, pz = points[y, x]
            left[y, x] = 1
            if py > 0.02 or abs(px - shadow.centre[0]) > REACH or abs(pz - shadow.centre[2]) > REACH:
                continue
            lit = sunlight(shadow, (px, 0.0, pz), BIAS, SPREAD)
            touch = 0.0
            for foot in range(feet.shape[0]):
                squared = (px - feet[foot, 0]) ** 2 + (pz - feet[foot, 2]) ** 2
                above = max(feet[foot, 1], 0.0)
                touch = max(touch, 0.7 * np.exp(-squared / (0.018 + 1.5 * above * above)) / (1 + 9 * above))
            left[y, x] = (SUNLESS + (1 - SUNLESS) * lit) * (1 - touch)
