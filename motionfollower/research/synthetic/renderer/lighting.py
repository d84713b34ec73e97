"""Lighting: diffuse and specular light of sun, sky and floor, and screen-space ambient occlusion."""

import numpy as np

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.materials import SurfaceMaterial, blinn_phong, strand_direction
from motionfollower.research.synthetic.renderer.surface import SurfacePoint
from motionfollower.research.synthetic.renderer.types import Light, Pixels, View
from motionfollower.research.synthetic.renderer.vectors import Vector, add, blend, dot, multiply, rotate, scale, unit

OCCLUSION_REACH = 0.11  # metres
OCCLUSION_TAPS = 8
GOLDEN_ANGLE = 2.399963
CLOTH_WRAP = 0.10  # wrap lighting of cloth
SKIN_WRAP = (0.28, 0.12, 0.08)  # RGB: subsurface scattering carries red light farthest
SKIN_GLOW = (0.10, 0.04, 0.03)  # RGB: fraction of sunlight that remains in shadows on skin


@compiled
def ambient(normal: Vector, light: Light, occlusion: float) -> Vector:
    """Hemisphere lighting: sky from above, ground from below."""
    ground = (light.ground[0], light.ground[1], light.ground[2])
    sky = (light.sky[0], light.sky[1], light.sky[2])
    return scale(blend(ground, sky, 0.5 + 0.5 * normal[1]), occlusion)


@compiled
def wrapped_cosine(cosine: float, wrap: float) -> float:
    """Lambert's cosine with wrap lighting beyond the terminator."""
    return max((cosine + wrap) / (1 + wrap), 0.0)


@compiled
def light_skin(surface: SurfaceMaterial, point: SurfacePoint, light: Light, lit: float, occlusion: float) -> Vector:
    """Light reflected by skin; wrap lighting per channel approximates subsurface scattering."""
    cosine = dot(surface.normal, (light.direction[0], light.direction[1], light.direction[2]))
    sun = (
        light.sun[0] * wrapped_cosine(cosine, SKIN_WRAP[0]) * (SKIN_GLOW[0] + (1 - SKIN_GLOW[0]) * lit),
        light.sun[1] * wrapped_cosine(cosine, SKIN_WRAP[1]) * (SKIN_GLOW[1] + (1 - SKIN_GLOW[1]) * lit),
        light.sun[2] * wrapped_cosine(cosine, SKIN_WRAP[2]) * (SKIN_GLOW[2] + (1 - SKIN_GLOW[2]) * lit),
    )
    diffuse = multiply(surface.colour, add(ambient(surface.normal, light, occlusion), sun))
    return add(diffuse, reflections(surface, point, light, lit, occlusion))


@compiled
def light_cloth(surface: SurfaceMaterial, point: SurfacePoint, light: Light, lit: float, occlusion: float) -> Vector:
    """Light reflected by cloth and eyes."""
    cosine = dot(surface.normal, (light.direction[0], light.direction[1], light.direction[2]))
    sun = scale((light.sun[0], light.sun[1], light.sun[2]), wrapped_cosine(cosine, CLOTH_WRAP) * lit)
    diffuse = multiply(surface.colour, add(ambient(surface.normal, light, occlusion), sun))
    return add(diffuse, reflections(surface, point, light, lit, occlusion))


@compiled
def reflections(surface: SurfaceMaterial, point: SurfacePoint, light: Light, lit: float, occlusion: float) -> Vector:
    """The sun's specular highlight, and the sky's Fresnel reflection at grazing angles (Schlick)."""
    direction = (light.direction[0], light.direction[1], light.direction[2])
    cosine = max(dot(surface.normal, direction), 0.0)
    half = unit(add(direction, point.to_eye))
    highlight = surface.shine * blinn_phong(surface.roughness, dot(surface.normal, half)) * cosine * lit
    grazing = (1 - max(dot(surface.normal, point.to_eye), 0.0)) ** 5
    rim = grazing * 0.25 * (8 * surface.shine + 0.15) * occlusion
    sun, sky = (light.sun[0], light.sun[1], light.sun[2]), (light.sky[0], light.sky[1], light.sky[2])
    return add(scale(sun, highlight), scale(sky, rim))


@compiled
def light_hair(surface: SurfaceMaterial, point: SurfacePoint, light: Light, lit: float, occlusion: float) -> Vector:
    """Light reflected by hair: two anisotropic highlights (Kajiya and Kay 1989), the wider one tinted."""
    direction = (light.direction[0], light.direction[1], light.direction[2])
    sun = (light.sun[0], light.sun[1], light.sun[2])
    cosine = dot(surface.normal, direction)
    shine = add(ambient(surface.normal, light, occlusion), scale(sun, wrapped_cosine(cosine, CLOTH_WRAP) * lit))
    along = dot(strand_direction(surface.normal), unit(add(direction, point.to_eye)))
    across = max(1 - along * along, 0.0)
    facing = max(cosine + 0.3, 0.0) * lit
    white = scale(sun, 0.035 * across**40 * facing)
    tinted = multiply(surface.colour, scale(sun, 0.3 * across**8 * facing))
    return add(multiply(surface.colour, shine), add(white, tinted))


@compiled
def ambient_occlusion(pixels: Pixels, view: View, x: int, y: int, normal: Vector) -> float:
    """The screen-space ambient occlusion factor of a pixel, from 0.2 (occluded) to 1 (open)."""
    height, width = pixels.inverse_depth.shape
    depth = 1 / pixels.inverse_depth[y, x]
    facing = rotate(view.rotation, normal)
    radius = OCCLUSION_REACH * view.focal / depth
    angle = 2 * np.pi * ((7 * x + 13 * y) % 16) / 16
    hidden = 0.0
    for tap in range(OCCLUSION_TAPS):
        reach = radius * np.sqrt((tap + 0.6) / OCCLUSION_TAPS)
        i = int(y + reach * np.sin(angle + GOLDEN_ANGLE * tap))
        j = int(x + reach * np.cos(angle + GOLDEN_ANGLE * tap))
        if i < 0 or j < 0 or i >= height or j >= width or pixels.triangle[i, j] < 0:
            continue
        other_depth = 1 / pixels.inverse_depth[i, j]
        offset = (
            ((j + 0.5 - view.x) * other_depth - (x + 0.5 - view.x) * depth) / view.focal,
            ((i + 0.5 - view.y) * other_depth - (y + 0.5 - view.y) * depth) / view.focal,
            other_depth - depth,
        )
        squared = dot(offset, offset)
        rise = dot(offset, facing) / np.sqrt(squared + 1e-9)
        hidden += max(rise - 0.12, 0.0) / (1 + 60 * squared)
    return max(1 - 0.3 * hidden, 0.2)
