"""An environment as plain values, and as a table for the compiled loops. Metres; sRGB colours in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.types import Doubles, Light

Colour = tuple[float, float, float]


class Style(IntEnum):
    """Styles of environments."""

    ROOM = 0
    BRICK = 1
    STREET = 2
    STUDIO = 3
    PARK = 4
    STAGE = 5


class Floor(IntEnum):
    """Floor textures."""

    PLANKS = 0
    TILES = 1
    ASPHALT = 2
    GRASS = 3
    CHECKER = 4
    HERRINGBONE = 5
    CARPET = 6


class Wall(IntEnum):
    """Wall textures."""

    PLASTER = 0
    BRICKS = 1
    PANELLED = 2
    FACADE = 3
    DRAPES = 4
    HEDGE = 5
    CONCRETE = 6
    WALLPAPER = 7
    SKYLINE = 8


class PanelKind(IntEnum):
    """Kinds of panels on the back wall."""

    PAINTING = 0
    WINDOW = 1
    POSTER = 2
    SHELF = 3
    DOOR = 4


@dataclass(frozen=True)
class Panel:
    """A rectangle on the back wall with its centre (`x`, `y`)."""

    kind: PanelKind
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True)
class Sun:
    """The light: direction to the sun, and linear RGB radiance of sun, sky and ground."""

    direction: tuple[float, float, float]
    sun: Colour
    sky: Colour
    ground: Colour

    def light(self) -> Light:
        """The light as the compiled loops take it."""
        direction = np.array(self.direction)
        return Light(
            direction / np.linalg.norm(direction), np.array(self.sun), np.array(self.sky), np.array(self.ground)
        )


@dataclass(frozen=True)
class Environment:
    """An environment with its back wall at z = `back` and side walls at x = ±`side` (0: none).

    `colours` are two of the floor, then two of the walls. `blur` is the radius of the background blur in pixels of an
    image of 512; `seed` offsets the noise of the textures.
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

    def table(self) -> EnvironmentTable:
        """The environment as the compiled loops take it."""
        rows = [(p.kind, p.x, p.y, p.half_width, p.half_height) for p in self.panels]
        return EnvironmentTable(
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


class EnvironmentTable(NamedTuple):
    """An `Environment` in numbers: `colours` f64 [4, 3] linear, `panels` f64 [N, 5] (kind, x, y, half sizes)."""

    floor: int
    wall: int
    colours: Doubles
    back: float
    side: float
    floor_scale: float
    wall_scale: float
    seed: float
    panels: Doubles
