"""The procedural skin texture: tone, blush, freckles, lips, brows, eyeliner, stubble, nails, scalp."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.hair import hairline
from motionfollower.research.synthetic.appearance.types import Appearance, Colour, HairStyle
from motionfollower.research.synthetic.appearance.uv_map import body_positions
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.noise import spectral_noise
from motionfollower.research.synthetic.renderer.types import Floats

TEXTURE_SIZE = 1024  # pixels a side
MAX_ALBEDO = 0.58  # upper bound for real skin
EYE = (0.31, 7.29)  # position of an eye: distance from the centre line, height
SHINE, LIP_SHINE, FACE_SHINE = 0.030, 0.05, 0.012
BLOOD_ABSORPTION = np.array([-0.12, 0.30, 0.28])  # RGB
NAIL = (0.85, 0.65, 0.62)
BLUSH_SPOTS = (  # centre, radii, strength: cheeks, nose, ears
    ((0.48, 6.95, 1.2), (0.22, 0.22, 0.5), 0.6),
    ((0.0, 7.0, 1.6), (0.15, 0.15, 0.2), 0.4),
    ((0.75, 7.1, 0.5), (0.2, 0.3, 0.3), 0.3),
)


@dataclass(frozen=True)
class _Canvas:
    """Body position of each texture pixel in decimetres, `across` = |x|, and two noise textures; f32 [S, S] each."""

    x: Floats
    across: Floats
    height: Floats
    ahead: Floats
    clouds: Floats
    grain: Floats
    is_face: NDArray[np.bool_]

    @classmethod
    def of(cls, assets: Assets, seed: int, size: int) -> _Canvas:
        """The canvas of a texture of `size` pixels a side."""
        x, height, ahead = np.moveaxis(body_positions(assets, size), -1, 0)
        clouds, grain = spectral_noise(seed, 1.6, 4), spectral_noise(seed + 1, 0.4, 60)
        clouds, grain = (cv2.resize(noise, (size, size)) for noise in (clouds, grain))
        return cls(x, np.abs(x), height, ahead, clouds, grain, is_face=(ahead > 0.55) & (height > 6.2))

    def soft_spot(self, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Floats:
        """A Gaussian spot on both sides of the body, 1 at its centre."""
        offsets = (self.across - centre[0], self.height - centre[1], self.ahead - centre[2])
        squared = sum((offset / radius) ** 2 for offset, radius in zip(offsets, radii, strict=True))
        return np.asarray(np.exp(-squared), np.float32)


def paint_skin(assets: Assets, appearance: Appearance, size: int = TEXTURE_SIZE) -> Floats:
    """Paint a person's skin texture f32 [size, size, 4]: linear albedo and specular strength."""
    canvas, skin = _Canvas.of(assets, appearance.seed, size), appearance.skin
    lips, nails = (_load_mask(assets, name, size) for name in ("lips", "fingernails"))
    tone = linear(skin.tone)
    tone *= min(1.0, MAX_ALBEDO / tone.max())
    texture = np.broadcast_to(tone, (size, size, 3)).astype(np.float32)
    texture = texture * (1 + 0.035 * canvas.clouds + 0.025 * canvas.grain)[..., None]
    texture = _add_blush(texture, canvas, skin.blush)
    texture = _add_freckles(texture, canvas, skin.freckles)
    texture = _paint_over(texture, skin.lips, 0.75 * lips)
    texture = _paint_over(texture, _darker(appearance.hair.colour, 0.55), _brows(canvas, skin.brow))
    texture = _shade_eyes(texture, canvas, skin.liner)
    texture *= (1 - skin.stubble * _beard(canvas, lips))[..., None]
    texture = _paint_over(texture, _darker(appearance.hair.colour, 0.7), _scalp(canvas, appearance))
    texture = _paint_over(texture, NAIL, 0.4 * nails)
    shine = SHINE + LIP_SHINE * lips + FACE_SHINE * canvas.is_face
    return np.ascontiguousarray(np.dstack([np.clip(texture, 0, 1), shine]), np.float32)


def _load_mask(assets: Assets, name: str, size: int) -> Floats:
    return np.asarray(cv2.resize(assets.textures[name], (size, size)) / 255, np.float32)


def _paint_over(texture: Floats, colour: Colour, opacity: Floats) -> Floats:
    """Alpha-blend a colour over the texture with `opacity` f32 [S, S]."""
    return np.asarray(texture + opacity[..., None] * (linear(colour) - texture), np.float32)


def _darker(colour: Colour, by: float) -> Colour:
    return colour[0] * by, colour[1] * by, colour[2] * by


def _add_blush(texture: Floats, canvas: _Canvas, blush: float) -> Floats:
    red = np.sum([strength * canvas.soft_spot(centre, radii) for centre, radii, strength in BLUSH_SPOTS], axis=0)
    return np.asarray(texture * (1 - blush * red[..., None] * BLOOD_ABSORPTION), np.float32)


def _add_freckles(texture: Floats, canvas: _Canvas, freckles: float) -> Floats:
    mask = canvas.soft_spot((0.3, 7.05, 1.25), (0.45, 0.22, 0.6)) * np.clip(canvas.grain - 0.9, 0, 1)
    return np.asarray(texture * (1 - 0.55 * freckles * mask[..., None] * [0.7, 1.0, 1.1]), np.float32)


def _brows(canvas: _Canvas, width: float) -> Floats:
    """Opacity of the brows: a strip over each eye that thins outward."""
    along = np.clip((canvas.across - 0.13) / 0.47, 0, 1)
    height = 7.465 + 0.07 * np.sin(2.1 * along) - 0.05 * along**3
    strip = np.clip(1.4 - np.abs(canvas.height - height) / (width * (1.15 - 0.75 * along)), 0, 1)
    inside = (canvas.across > 0.11) & (canvas.across < 0.62) & canvas.is_face
    return np.asarray(np.clip(strip * inside * (0.8 + 0.25 * canvas.grain), 0, 0.8))


def _shade_eyes(texture: Floats, canvas: _Canvas, liner: float) -> Floats:
    """Darken the lash line and the eye sockets."""
    radius = np.hypot((canvas.across - EYE[0]) / 0.20, (canvas.height - EYE[1]) / 0.10)
    ring = np.exp(-(((radius - 1.0) / 0.22) ** 2)) * canvas.is_face * liner
    socket = np.exp(-(((canvas.across - 0.3) / 0.26) ** 2) - ((canvas.height - 7.33) / 0.17) ** 2) * canvas.is_face
    return np.asarray(texture * (1 - ring[..., None] * [0.85, 0.9, 0.9]) * (1 - 0.14 * socket[..., None]), np.float32)


def _beard(canvas: _Canvas, lips: Floats) -> Floats:
    """Opacity of a beard in [0, 1], with grain for single hairs."""
    jaw = (canvas.height < 6.86) & (canvas.height > 6.1) & (canvas.ahead > 0.35) & (canvas.across < 0.75)
    soft = cv2.GaussianBlur(
        (jaw * np.clip(6 * (6.95 - canvas.height), 0, 1)).astype(np.float32), (0, 0), len(jaw) / 170
    )
    return np.asarray(np.clip(soft * (1 - lips) * (0.8 + 0.35 * canvas.grain), 0, 1))


def _scalp(canvas: _Canvas, appearance: Appearance) -> Floats:
    """Opacity of hair on the scalp; lower for a shaved head."""
    line = hairline(canvas.x, canvas.ahead) - appearance.hair.hairline
    above = np.clip((canvas.height - line + 0.06 * canvas.clouds) / 0.10, 0, 1)
    head = (canvas.height > 6.1) & (np.hypot(canvas.x, canvas.ahead - 0.35) < 1.6)
    return np.asarray((0.45 if appearance.hair.style is HairStyle.SHAVED else 0.85) * above * head, np.float32)
