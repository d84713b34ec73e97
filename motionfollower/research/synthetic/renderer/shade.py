"""The light that each pixel of a person sends to the camera."""

from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.lighting import light_cloth, light_hair, light_skin, openness_of
from motionfollower.research.synthetic.renderer.materials import finish_cloth, finish_eye, finish_hair, finish_skin
from motionfollower.research.synthetic.renderer.shadow_map import sunlight
from motionfollower.research.synthetic.renderer.surface import faces, find_spot, tangents
from motionfollower.research.synthetic.renderer.types import (
    Floats,
    Geometry,
    Light,
    MaterialTable,
    Pixels,
    ShadowMap,
    View,
)
from motionfollower.research.synthetic.renderer.vectors import Vector, add, scale

SKIN, HAIR, EYE = int(Material.SKIN), int(Material.HAIR), int(Material.EYE)
OFF_THE_SURFACE = 0.008  # metres: shadows are looked up this far out,
SHADOW_BIAS = 0.010  # and this much nearer to the sun


@compiled
def shade(
    pixels: Pixels,
    geometry: Geometry,
    view: View,
    light: Light,
    shadow: ShadowMap,
    wardrobe: MaterialTable,
    skin: Floats,
    noise: Floats,
    picture: Floats,
) -> None:
    """Fill `picture` f32 [H, W, 4] with linear RGB and 1 where there is somebody, 0 elsewhere."""
    picture[:] = 0
    height, width = pixels.nearness.shape
    for y in range(height):
        for x in range(width):
            if pixels.triangle[y, x] >= 0:
                red, green, blue = _colour(pixels, geometry, view, light, shadow, wardrobe, skin, noise, x, y)
                picture[y, x, 0] = red
                picture[y, x, 1] = green
                picture[y, x, 2] = blue
                picture[y, x, 3] = 1


@compiled
def _colour(
    pixels: Pixels,
    geometry: Geometry,
    view: View,
    light: Light,
    shadow: ShadowMap,
    wardrobe: MaterialTable,
    skin: Floats,
    noise: Floats,
    x: int,
    y: int,
) -> Vector:
    triangle = pixels.triangle[y, x]
    material = geometry.materials[triangle]
    spot = find_spot(geometry, view, triangle, pixels.corners[y, x, 0], pixels.corners[y, x, 1])
    along_u, along_v = tangents(geometry, triangle)
    if material == SKIN:
        finish = finish_skin(spot, skin, noise)
    elif material == HAIR:
        finish = finish_hair(spot, along_u, wardrobe, noise)
    elif material == EYE:
        finish = finish_eye(spot, wardrobe)
    else:
        is_lining = not faces(spot.normal, spot.to_eye)
        normal = scale(spot.normal, -1.0) if is_lining else spot.normal
        finish = finish_cloth(spot, normal, is_lining, along_u, along_v, material, wardrobe, noise)
    openness = openness_of(pixels, view, x, y, finish.normal)
    lit = sunlight(shadow, add(spot.place, scale(finish.normal, OFF_THE_SURFACE)), SHADOW_BIAS, 1.0)
    if material == SKIN:
        return light_skin(finish, spot, light, lit, openness)
    if material == HAIR:
        return light_hair(finish, spot, light, lit, openness)
    return light_cloth(finish, spot, light, lit, openness)
