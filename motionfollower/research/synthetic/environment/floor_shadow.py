"""The person's shadow on the floor: the cast shadow, and contact shadows under the feet."""

from __future__ import annotations

import cv2
import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.shadow_map import sun_visibility
from motionfollower.research.synthetic.renderer.types import Doubles, Floats, ShadowMap

SHADOWED = 0.45  # fraction of the light that remains in the cast shadow
REACH = 2.2  # metres from the person, in x and z: the shadow's maximum extent
SOFTNESS = 2.2  # blur radius in pixels of an image of 512
BIAS = 0.02  # metres
SPREAD = 2.0  # pixels of the shadow map between lookups


def floor_shadow(points: Floats, shadow: ShadowMap, feet: Doubles) -> Floats:
    """The fraction of light that remains, f32 [H, W], at `points` f32 [H, W, 3]; `feet` f64 [N, 3] touch the floor."""
    remaining = np.empty(points.shape[:2], np.float32)
    _shadow_pixels(points, shadow, feet, remaining)
    return np.asarray(cv2.GaussianBlur(remaining, (0, 0), SOFTNESS * max(remaining.shape) / 512))


@compiled
def _shadow_pixels(points: Floats, shadow: ShadowMap, feet: Doubles, remaining: Floats) -> None:
    height, width = remaining.shape
    for y in range(height):
        for x in range(width):
            px, py, pz = points[y, x]
            remaining[y, x] = 1
            if py > 0.02 or abs(px - shadow.centre[0]) > REACH or abs(pz - shadow.centre[2]) > REACH:
                continue
            lit = sun_visibility(shadow, (px, 0.0, pz), BIAS, SPREAD)
            contact = 0.0
            for foot in range(feet.shape[0]):
                squared = (px - feet[foot, 0]) ** 2 + (pz - feet[foot, 2]) ** 2
                above = max(feet[foot, 1], 0.0)
                contact = max(contact, 0.7 * np.exp(-squared / (0.018 + 1.5 * above * above)) / (1 + 9 * above))
            remaining[y, x] = (SHADOWED + (1 - SHADOWED) * lit) * (1 - contact)
