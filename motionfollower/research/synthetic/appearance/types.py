"""A person's looks as plain values.

Colours are sRGB in [0, 1]. Heights on the body are in the base mesh's decimetres: the soles at −8.2, the waist near
1.6, the shoulders near 5.5, the crown near 8.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from motionfollower.research.synthetic.body.morph import Build

Colour = tuple[float, float, float]


class Material(IntEnum):
    """What a triangle is made of."""

    SKIN = 0
    TOP = 1
    BOTTOM = 2
    JACKET = 3
    SHOES = 4
    HAT = 5
    HAIR = 6
    EYE = 7


class Pattern(IntEnum):
    """How cloth is coloured."""

    PLAIN = 0
    STRIPES = 1
    PINSTRIPES = 2
    CHECKS = 3
    DOTS = 4
    DENIM = 5
    SOLE = 6
    BLOTCHES = 7
    PRINT = 8
    BLOCKS = 9
    ZIGZAG = 10


@dataclass(frozen=True)
class Cloth:
    """A cloth: `colour`, patterned with `second` at `scale` periods a decimetre, `share` of it second.

    `folds` is how deep its folds are, `phase` which folds; `shine` is how much it glances.
    """

    colour: Colour
    second: Colour = (0.8, 0.8, 0.8)
    pattern: Pattern = Pattern.PLAIN
    scale: float = 1.0
    share: float = 0.5
    folds: float = 0.1
    phase: float = 0.13
    roughness: float = 0.8
    shine: float = 0.012


@dataclass(frozen=True)
class Top:
    """From the neckline to the `hem`; `sleeve` ends at 0 shoulder, 1 elbow, 2 wrist; below 0 there is none.

    `neckline` is how deep its scoop is (0: a collar), `ease` how far it is from the skin in metres.
    """

    cloth: Cloth
    sleeve: float = 0.5
    hem: float = 0.6
    neckline: float = 0.8
    ease: float = 0.012


@dataclass(frozen=True)
class Trousers:
    """From the `waist` to the height `end`; `ease` in metres, `flare` what it gains toward the ankle."""

    cloth: Cloth
    waist: float = 1.6
    end: float = -7.0
    ease: float = 0.012
    flare: float = 0.0


@dataclass(frozen=True)
class Skirt:
    """From the `waist` to the height `end`, wider by `flare` metres below."""

    cloth: Cloth
    waist: float = 2.1
    end: float = -3.0
    flare: float = 0.04


@dataclass(frozen=True)
class Jacket:
    """Open in front, over the top."""

    cloth: Cloth
    sleeve: float = 1.86
    hem: float = 0.5
    ease: float = 0.022


@dataclass(frozen=True)
class Shoes:
    """Up to the height `top`."""

    cloth: Cloth
    top: float = -7.2


class HairStyle(IntEnum):
    """How hair is worn."""

    SHAVED = 0
    SHORT = 1
    AFRO = 2
    LONG = 3
    BOB = 4
    BUN = 5
    PONYTAIL = 6


@dataclass(frozen=True)
class Hair:
    """`length` is how far it stands off, in metres; long hair ends at the height `end`, parted at `parting` (x)."""

    style: HairStyle
    colour: Colour
    length: float = 0.015
    end: float = 4.6
    parting: float = 0.0
    hairline: float = 0.0


@dataclass(frozen=True)
class Hat:
    """A beanie, or a cap with a peak, down to the height `rim`."""

    cloth: Cloth
    rim: float = 7.62
    peak: bool = False


@dataclass(frozen=True)
class Skin:
    """`brow` is the brows' width in decimetres; `stubble`, `liner`, `freckles` and `blush` are in [0, 1]."""

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
    """One person: build, skin, hair and clothes. `seed` is that of what is drawn at random on the skin."""

    build: Build
    skin: Skin
    hair: Hair
    top: Top
    bottom: Trousers | Skirt
    shoes: Shoes
    jacket: Jacket | None = None
    hat: Hat | None = None
    seed: int = 0
