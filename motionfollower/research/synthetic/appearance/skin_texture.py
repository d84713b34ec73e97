"""The skin, painted: tone, lips, brows, liner, stubble, freckles, nails, the scalp under the hair."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.hair import hairline
from motionfollower.research.synthetic.appearance.types import Appearance, Colour, HairStyle
from motionfollower.research.synthetic.appearance.uv_map import map_body
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.noise import spectral_noise

Floats = NDArray[np.float32]

TEXTURE = 1024  # pixels a side
BRIGHTEST = 0.58  # of light: real skin reflects no more
EYE = (0.31, 7.29)  # where the eyes are: from the middle, and their height
SHINE, LIP_SHINE, FACE_SHINE = 0.030, 0.05, 0.012
RUDDY = np.array([-0.12, 0.30, 0.28])  # what blood takes from red, green and blue
NAIL = (0.85, 0.65, 0.62)
PLACES_OF_BLUSH = (  # middle, reach, strength: cheeks, nose, ears
    ((0.48, 6.95, 1.2), (0.22, 0.22, 0.5), 0.6),
    ((0.0, 7.0, 1.6), (0.15, 0.15, 0.2), 0.4),
    ((0.75, 7.1, 0.5), (0.2, 0.3, 0.3), 0.3),
)


@dataclass(frozen=True)
class _Canvas:
    """Where each pixel is: `across` from the middle, `up`, `ahead` in decimetres; and two noises."""

    x: Floats
    across: Floats
    up: Floats
    ahead: Floats
    clouds: Floats
    grain: Floats
    is_face: NDArray[np.bool_]

    @classmethod
    def of(cls, assets: Assets, seed: int, size: int) -> _Canvas:
        """The canvas of a texture of `size` pixels a side."""
        x, up, ahead = np.moveaxis(map_body(assets, size), -1, 0)
        clouds, grain = spectral_noise(seed, 1.6, 4), spectral_noise(seed + 1, 0.4, 60)
        clouds, grain = (cv2.resize(noise, (size, size)) for noise in (clouds, grain))
        return cls(x, np.abs(x), up, ahead, clouds, grain, is_face=(ahead > 0.55) & (up > 6.2))

    def spot(self, middle: tuple[float, float, float], reach: tuple[float, float, float]) -> Floats:
        """A soft spot on both sides of the body, 1 in its middle."""
        ways = (self.across - middle[0], self.up - middle[1], self.ahead - middle[2])
        return np.asarray(np.exp(-sum((way / far) ** 2 for way, far in zip(ways, reach, strict=True))), np.float32)


def paint_skin(assets: Assets, look: Appearance, size: int = TEXTURE) -> Floats:
    """Colour (linear) and shine of a person's skin, f32 [size, size, 4]."""
    canvas, skin = _Canvas.of(assets, look.seed, size), look.skin
    lips, nails = (_texture(assets, name, size) for name in ("lips", "fingernails"))
    tone = linear(skin.tone)
    tone *= min(1.0, BRIGHTEST / tone.max())
    picture = np.broadcast_to(tone, (size, size, 3)).astype(np.float32)
    picture = picture * (1 + 0.035 * canvas.clouds + 0.025 * canvas.grain)[..., None]
    picture = _redden(picture, canvas, skin.blush)
    picture = _freckle(picture, canvas, skin.freckles)
    picture = _cover(picture, skin.lips, 0.75 * lips)
    picture = _cover(picture, _darker(look.hair.colour, 0.55), _brows(canvas, skin.brow))
    picture = _shade_eyes(picture, canvas, skin.liner)
    picture *= (1 - skin.stubble * _beard(canvas, lips))[..., None]
    picture = _cover(picture, _darker(look.hair.colour, 0.7), _scalp(canvas, look))
    picture = _cover(picture, NAIL, 0.4 * nails)
    shine = SHINE + LIP_SHINE * lips + FACE_SHINE * canvas.is_face
    return np.ascontiguousarray(np.dstack([np.clip(picture, 0, 1), shine]), np.float32)


def _texture(assets: Assets, name: str, size: int) -> Floats:
    return np.asarray(cv2.resize(assets.textures[name], (size, size)) / 255, np.float32)


def _cover(picture: Floats, colour: Colour, cover: Floats) -> Floats:
    """Paint over the picture, by the share `cover` f32 [S, S]."""
    return np.asarray(picture + cover[..., None] * (linear(colour) - picture), np.float32)


def _darker(colour: Colour, by: float) -> Colour:
    return colour[0] * by, colour[1] * by, colour[2] * by


def _redden(picture: Floats, canvas: _Canvas, blush: float) -> Floats:
    red = np.sum([strength * canvas.spot(middle, reach) for middle, reach, strength in PLACES_OF_BLUSH], axis=0)
    return np.asarray(picture * (1 - blush * red[..., None] * RUDDY), np.float32)


def _freckle(picture: Floats, canvas: _Canvas, freckles: float) -> Floats:
    where = canvas.spot((0.3, 7.05, 1.25), (0.45, 0.22, 0.6)) * np.clip(canvas.grain - 0.9, 0, 1)
    return np.asarray(picture * (1 - 0.55 * freckles * where[..., None] * [0.7, 1.0, 1.1]), np.float32)


def _brows(canvas: _Canvas, width: float) -> Floats:
    """A strip over each eye that thins outward."""
    along = np.clip((canvas.across - 0.13) / 0.47, 0, 1)
    height = 7.465 + 0.07 * np.sin(2.1 * along) - 0.05 * along**3
    strip = np.clip(1.4 - np.abs(canvas.up - height) / (width * (1.15 - 0.75 * along)), 0, 1)
    inside = (canvas.across > 0.11) & (canvas.across < 0.62) & canvas.is_face
    return np.asarray(np.clip(strip * inside * (0.8 + 0.25 * canvas.grain), 0, 0.8))


def _shade_eyes(picture: Floats, canvas: _Canvas, liner: float) -> Floats:
    """A line around the eyes and a shade in their sockets."""
    radius = np.hypot((canvas.across - EYE[0]) / 0.20, (canvas.up - EYE[1]) / 0.10)
    ring = np.exp(-(((radius - 1.0) / 0.22) ** 2)) * canvas.is_face * liner
    socket = np.exp(-(((canvas.across - 0.3) / 0.26) ** 2) - ((canvas.up - 7.33) / 0.17) ** 2) * canvas.is_face
    return np.asarray(picture * (1 - ring[..., None] * [0.85, 0.9, 0.9]) * (1 - 0.14 * socket[..., None]), np.float32)


def _beard(canvas: _Canvas, lips: Floats) -> Floats:
    """Where a beard grows, in [0, 1], and its single hairs."""
    jaw = (canvas.up < 6.86) & (canvas.up > 6.1) & (canvas.ahead > 0.35) & (canvas.across < 0.75)
    soft = cv2.GaussianBlur((jaw * np.clip(6 * (6.95 - canvas.up), 0, 1)).astype(np.float32), (0, 0), len(jaw) / 170)
    return np.asarray(np.clip(soft * (1 - lips) * (0.8 + 0.35 * canvas.grain), 0, 1))


def _scalp(canvas: _Canvas, look: Appearance) -> Floats:
    """Hair close to the skin; a shaved head shows a shade of it."""
    line = hairline(canvas.x, canvas.ahead) - look.hair.hairline
    above = np.clip((canvas.up - line + 0.06 * canvas.clouds) / 0.10, 0, 1)
    head = (canvas.up > 6.1) & (np.hypot(canvas.x, canvas.ahead - 0.35) < 1.6)
    return np.asarray((0.45 if look.hair.style is HairStyle.SHAVED else 0.85) * above * head, np.float32)
