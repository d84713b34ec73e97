"""A place as plain values, and as the loops over pixels are given it. Lengths are in metres, colours sRGB in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.types import Doubles, Light

Colour = tuple[float, float, float]


class Style(IntEnum):
    """What kind of place it is."""

    ROOM = 0
    BRICK = 1
    STREET = 2
    STUDIO = 3
    PARK = 4
    STAGE = 5


class Floor(IntEnum):
    """What the floor is made of."""

    PLANKS = 0
    TILES = 1
    ASPHALT = 2
    GRASS = 3
    CHECKER = 4
    HERRINGBONE = 5
    CARPET = 6


class Wall(IntEnum):
    """What the walls are made of."""

    PLASTER = 0
    BRICKS = 1
    PANELLED = 2
    FACADE = 3
    DRAPES = 4
    HEDGE = 5
    CONCRETE = 6
    WALLPAPER = 7
    SKYLINE = 8


class Hanging(IntEnum):
    """What is on the back wall."""

    PAINTING = 0
    WINDOW = 1
    POSTER = 2
    SHELF = 3
    DOOR = 4


@dataclass(frozen=True)
class Panel:
    """Something on the back wall: its middle (x, y) and its half width and height."""

    kind: Hanging
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True)
class Sun:
    """The light: where the sun is, and linear RGB of sun, sky and of what the floor throws back."""

    direction: tuple[float, float, float]
    sun: Colour
    sky: Colour
    ground: Colour

    def light(self) -> Light:
        """For the loops."""
        direction = np.array(self.direction)
        return Light(
            direction / np.linalg.norm(direction), np.array(self.sun), np.array(self.sky), np.array(self.ground)
        )


@dataclass(frozen=True)
class Environment:
    """A place: the back wall is at z = `back`, side walls at x = ±`side` where there are any (0: none).

    `colours` are two of the floor and two of the walls; `blur` is how much the lens blurs what lies behind,
    in pixels of 512; `seed` moves all that is random in the patterns.
    """

    style: Style
    floor: Floor
    wall: Wall
    colours: tuple[Colour, Colour, Colour, Colour]
    sun: Sun
    back: float = -2.6
    side: float = 0.0
    floor_scale: float = 7.0
    wall_scale: float = 1.2
    blur: float = 1.6
    seed: float = 0.37
    panels: tuple[Panel, ...] = ()

    def surroundings(self) -> Surroundings:
        """For the loops."""
        rows = [(p.kind, p.x, p.y, p.half_width, p.half_height) for p in self.panels]
        return Surroundings(
            floor=int(self.floor),
            wall=int(self.wall),
            colours=linear(self.colours),
            back=self.back,
            side=self.side,
            floor_scale=self.floor_scale,
            wall_scale=self.wall_scale,
            seed=self.seed,
            panels=np.array(rows, np.float64).reshape(-1, 5),
        )


class Surroundings(NamedTuple):
    """A `Place` in numbers: `colours` f64 [4, 3] linear, `panels` f64 [N, 5]."""

    floor: int
    wall: int
    colours: Doubles
    back: float
    side: float
    floor_scale: float
    wall_scale: float
    seed: float
    panels: Doubles
