"""Light on a surface: sun, sky and floor, and how much of the sky it sees."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.materials import Finish, glance, strand_direction
from motionfollower.research.synthetic.renderer.surface import Spot
from motionfollower.research.synthetic.renderer.types import Light, Pixels, View
from motionfollower.research.synthetic.renderer.vectors import Vector, add, blend, dot, multiply, scale, turn, unit

OCCLUSION_REACH = 0.11  # metres
OCCLUSION_TAPS = 8
GOLDEN_ANGLE = 2.399963
CLOTH_WRAP = 0.10  # light goes this far around cloth,
SKIN_WRAP = (0.28, 0.12, 0.08)  # and under the skin red light goes farther
SKIN_GLOW = (0.10, 0.04, 0.03)  # of the sun's light that shadows on skin keep


@compiled
def ambient(normal: Vector, light: Light, openness: float) -> Vector:
    """From sky above and floor below."""
    ground = (light.ground[0], light.ground[1], light.ground[2])
    sky = (light.sky[0], light.sky[1], light.sky[2])
    return scale(blend(ground, sky, 0.5 + 0.5 * normal[1]), openness)


@compiled
def wrapped(cosine: float, wrap: float) -> float:
    """Lambert's cosine, spread around the edge of the light."""
    return max((cosine + wrap) / (1 + wrap), 0.0)


@compiled
def light_skin(finish: Finish, spot: Spot, light: Light, lit: float, openness: float) -> Vector:
    """Skin: light comes out again beside where it went in, red farthest."""
    cosine = dot(finish.normal, (light.direction[0], light.direction[1], light.direction[2]))
    sun = (
        light.sun[0] * wrapped(cosine, SKIN_WRAP[0]) * (SKIN_GLOW[0] + (1 - SKIN_GLOW[0]) * lit),
        light.sun[1] * wrapped(cosine, SKIN_WRAP[1]) * (SKIN_GLOW[1] + (1 - SKIN_GLOW[1]) * lit),
        light.sun[2] * wrapped(cosine, SKIN_WRAP[2]) * (SKIN_GLOW[2] + (1 - SKIN_GLOW[2]) * lit),
    )
    diffuse = multiply(finish.colour, add(ambient(finish.normal, light, openness), sun))
    return add(diffuse, reflections(finish, spot, light, lit, openness))


@compiled
def light_cloth(finish: Finish, spot: Spot, light: Light, lit: float, openness: float) -> Vector:
    """Cloth and eyes."""
    cosine = dot(finish.normal, (light.direction[0], light.direction[1], light.direction[2]))
    sun = scale((light.sun[0], light.sun[1], light.sun[2]), wrapped(cosine, CLOTH_WRAP) * lit)
    diffuse = multiply(finish.colour, add(ambient(finish.normal, light, openness), sun))
    return add(diffuse, reflections(finish, spot, light, lit, openness))


@compiled
def reflections(finish: Finish, spot: Spot, light: Light, lit: float, openness: float) -> Vector:
    """The sun's highlight, and the sky at grazing angles (Schlick)."""
    direction = (light.direction[0], light.direction[1], light.direction[2])
    cosine = max(dot(finish.normal, direction), 0.0)
    half = unit(add(direction, spot.to_eye))
    highlight = finish.shine * glance(finish.roughness, dot(finish.normal, half)) * cosine * lit
    grazing = (1 - max(dot(finish.normal, spot.to_eye), 0.0)) ** 5
    rim = grazing * 0.25 * (8 * finish.shine + 0.15) * openness
    sun, sky = (light.sun[0], light.sun[1], light.sun[2]), (light.sky[0], light.sky[1], light.sky[2])
    return add(scale(sun, highlight), scale(sky, rim))


@compiled
def light_hair(finish: Finish, spot: Spot, light: Light, lit: float, openness: float) -> Vector:
    """Hair: two highlights across the strands (Kajiya and Kay 1989), the wider one coloured."""
    direction = (light.direction[0], light.direction[1], light.direction[2])
    sun = (light.sun[0], light.sun[1], light.sun[2])
    cosine = dot(finish.normal, direction)
    shine = add(ambient(finish.normal, light, openness), scale(sun, wrapped(cosine, CLOTH_WRAP) * lit))
    along = dot(strand_direction(finish.normal), unit(add(direction, spot.to_eye)))
    across = max(1 - along * along, 0.0)
    facing = max(cosine + 0.3, 0.0) * lit
    white = scale(sun, 0.035 * across**40 * facing)
    tinted = multiply(finish.colour, scale(sun, 0.3 * across**8 * facing))
    return add(multiply(finish.colour, shine), add(white, tinted))


@compiled
def openness_of(pixels: Pixels, view: View, x: int, y: int, normal: Vector) -> float:
    """How much of the sky a pixel sees past its neighbours, in [0.2, 1] (ambient occlusion in screen space)."""
    height, width = pixels.nearness.shape
    depth = 1 / pixels.nearness[y, x]
    facing = turn(view.rotation, normal)
    radius = OCCLUSION_REACH * view.focal / depth
    angle = 2 * np.pi * ((7 * x + 13 * y) % 16) / 16
    hidden = 0.0
    for tap in range(OCCLUSION_TAPS):
        reach = radius * np.sqrt((tap + 0.6) / OCCLUSION_TAPS)
        i = int(y + reach * np.sin(angle + GOLDEN_ANGLE * tap))
        j = int(x + reach * np.cos(angle + GOLDEN_ANGLE * tap))
        if i < 0 or j < 0 or i >= height or j >= width or pixels.triangle[i, j] < 0:
            continue
        there = 1 / pixels.nearness[i, j]
        way = (
            ((j + 0.5 - view.x) * there - (x + 0.5 - view.x) * depth) / view.focal,
            ((i + 0.5 - view.y) * there - (y + 0.5 - view.y) * depth) / view.focal,
            there - depth,
        )
        squared = dot(way, way)
        rise = dot(way, facing) / np.sqrt(squared + 1e-9)
        hidden += max(rise - 0.12, 0.0) / (1 + 60 * squared)
    return max(1 - 0.3 * hidden, 0.2)
