"""The shading pass: the light that each pixel of the person sends to the camera."""

from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.lighting import ambient_occlusion, light_cloth, light_hair, light_skin
from motionfollower.research.synthetic.renderer.materials import (
    cloth_material,
    eye_material,
    hair_material,
    skin_material,
)
from motionfollower.research.synthetic.renderer.shadow_map import sun_visibility
from motionfollower.research.synthetic.renderer.surface import faces_camera, surface_point, tangents
from motionfollower.research.synthetic.renderer.types import (
    Floats,
    Geometry,
    Light,
    Material,
    MaterialTable,
    Pixels,
    ShadowMap,
    View,
)
from motionfollower.research.synthetic.renderer.vectors import Vector, add, scale

SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)
NORMAL_BIAS = 0.008  # metres: offset along the normal for the shadow lookup
SHADOW_BIAS = 0.010  # metres: offset toward the sun


@compiled
def shade(
    pixels: Pixels,
    geometry: Geometry,
    view: View,
    light: Light,
    shadow: ShadowMap,
    table: MaterialTable,
    skin: Floats,
    noise: Floats,
    image: Floats,
) -> None:
    """Fill `image` f32 [H, W, 4] with linear RGB and an alpha of 1 where the person is, 0 elsewhere."""
    image[:] = 0
    height, width = pixels.inverse_depth.shape
    for y in range(height):
        for x in range(width):
            if pixels.triangle[y, x] >= 0:
                red, green, blue = _colour(pixels, geometry, view, light, shadow, table, skin, noise, x, y)
                image[y, x, 0] = red
                image[y, x, 1] = green
                image[y, x, 2] = blue
                image[y, x, 3] = 1


@compiled
def _colour(
    pixels: Pixels,
    geometry: Geometry,
    view: View,
    light: Light,
    shadow: ShadowMap,
    table: MaterialTable,
    skin: Floats,
    noise: Floats,
    x: int,
    y: int,
) -> Vector:
    triangle = pixels.triangle[y, x]
    material = geometry.materials[triangle]
    point = surface_point(geometry, view, triangle, pixels.barycentric[y, x, 0], pixels.barycentric[y, x, 1])
    along_u, along_v = tangents(geometry, triangle)
    if material == SKIN:
        surface = skin_material(point, skin, noise)
    elif material == HAIR:
        surface = hair_material(point, along_u, table, noise)
    elif material == EYE:
        surface = eye_material(point, table)
    else:
        is_lining = not faces_camera(point.normal, point.to_eye)
        normal = scale(point.normal, -1.0) if is_lining else point.normal
        surface = cloth_material(point, normal, is_lining, along_u, along_v, material, table, noise)
    occlusion = ambient_occlusion(pixels, view, x, y, surface.normal)
    lit = sun_visibility(shadow, add(point.position, scale(surface.normal, NORMAL_BIAS)), SHADOW_BIAS, 1.0)
    if material == SKIN:
        return light_skin(surface, point, light, lit, occlusion)
    if material == HAIR:
        return light_hair(surface, point, light, lit, occlusion)
    return light_cloth(surface, point, light, lit, occlusion)
