"""A person's appearance as plain values.

Colours are sRGB in [0, 1]. Heights on the body are in the base mesh's decimetres: the soles at −8.2, the waist near
1.6, the shoulders near 5.5, the crown near 8.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from motionfollower.research.synthetic.body.morph import Build
from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.types import Material, MaterialTable, Pattern

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Cloth:
    """Fabric of `colour`, with a `pattern` of colour `second` at `scale` periods per decimetre.

    `second_fraction` is the fraction of the area in the second colour. `folds` is the slope of the folds, `phase`
    their offset in the noise; `shine` is the specular strength.
    """

    colour: Colour
    second: Colour = (0.8, 0.8, 0.8)
    pattern: Pattern = Pattern.PLAIN
    scale: float = 1.0
    second_fraction: float = 0.5
    folds: float = 0.1
    phase: float = 0.13
    roughness: float = 0.8
    shine: float = 0.012


@dataclass(frozen=True)
class Top:
    """A top from the neckline to the `hem`; `sleeve` is its end (0 shoulder, 1 elbow, 2 wrist, below 0 none).

    `neckline` is the depth of the neckline (0: a collar), `ease` the distance from the skin in metres.
    """

    cloth: Cloth
    sleeve: float = 0.5
    hem: float = 0.6
    neckline: float = 0.8
    ease: float = 0.012


@dataclass(frozen=True)
class Trousers:
    """Trousers from the `waist` to the height `end`; `ease` and its increase `flare` to the ankle are in metres."""

    cloth: Cloth
    waist: float = 1.6
    end: float = -7.0
    ease: float = 0.012
    flare: float = 0.0


@dataclass(frozen=True)
class Skirt:
    """A skirt from the `waist` to the height `end`, `flare` metres wider at the bottom."""

    cloth: Cloth
    waist: float = 2.1
    end: float = -3.0
    flare: float = 0.04


@dataclass(frozen=True)
class Jacket:
    """A jacket worn open over the top; fields as in `Top`."""

    cloth: Cloth
    sleeve: float = 1.86
    hem: float = 0.5
    ease: float = 0.022


@dataclass(frozen=True)
class Shoes:
    """Shoes up to the height `top`."""

    cloth: Cloth
    top: float = -7.2


class HairStyle(IntEnum):
    """Hairstyles."""

    SHAVED = 0
    SHORT = 1
    AFRO = 2
    LONG = 3
    BOB = 4
    BUN = 5
    PONYTAIL = 6


@dataclass(frozen=True)
class Hair:
    """Hair `length` metres off the scalp; long hair ends at the height `end` and is parted at x = `parting`.

    `hairline` lowers the hairline, in decimetres.
    """

    style: HairStyle
    colour: Colour
    length: float = 0.015
    end: float = 4.6
    parting: float = 0.0
    hairline: float = 0.0


@dataclass(frozen=True)
class Hat:
    """A beanie, or with `peak` a cap, down to the height `rim`."""

    cloth: Cloth
    rim: float = 7.62
    peak: bool = False


@dataclass(frozen=True)
class Skin:
    """Skin colours; `brow` is the width of the brows in decimetres, the strengths below it are in [0, 1]."""

    tone: Colour
    lips: Colour
    iris: Colour
    brow: float = 0.045
    stubble: float = 0.0
    liner: float = 0.3
    freckles: float = 0.0
    blush: float = 0.5


@dataclass(frozen=True)
class Appearance:
    """One person: build, skin, hair and clothes; `seed` is that of the noise on the skin."""

    build: Build
    skin: Skin
    hair: Hair
    top: Top
    bottom: Trousers | Skirt
    shoes: Shoes
    jacket: Jacket | None = None
    hat: Hat | None = None
    seed: int = 0

    def material_table(self) -> MaterialTable:
        """One row per material; hair and eyes have only a colour, skin has its texture."""
        plain = Cloth(colour=(0.5, 0.5, 0.5))
        worn = {
            Material.TOP: self.top.cloth,
            Material.BOTTOM: self.bottom.cloth,
            Material.SHOES: self.shoes.cloth,
            Material.JACKET: self.jacket.cloth if self.jacket else plain,
            Material.HAT: self.hat.cloth if self.hat else plain,
            Material.HAIR: Cloth(self.hair.colour),
            Material.EYE: Cloth(self.skin.iris),
        }
        cloths = [worn.get(material, plain) for material in Material]
        return MaterialTable(
            colour=linear([cloth.colour for cloth in cloths]),
            second=linear([cloth.second for cloth in cloths]),
            pattern=np.array([float(cloth.pattern) for cloth in cloths]),
            scale=np.array([cloth.scale for cloth in cloths]),
            second_fraction=np.array([cloth.second_fraction for cloth in cloths]),
            phase=np.array([cloth.phase for cloth in cloths]),
            folds=np.array([cloth.folds for cloth in cloths]),
            roughness=np.array([cloth.roughness for cloth in cloths]),
            shine=np.array([cloth.shine for cloth in cloths]),
        )
