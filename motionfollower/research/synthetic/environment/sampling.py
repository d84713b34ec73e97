"""Environments drawn from a seed, in six styles."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.environment.types import (
    Colour,
    Environment,
    Floor,
    Panel,
    PanelKind,
    Style,
    Sun,
    Wall,
)
from motionfollower.research.synthetic.renderer.colour import from_hex
from motionfollower.research.synthetic.seeds import Random

WOOD = (("8a5f3c", "c39a6b"), ("6b4630", "a2764f"), ("9a7a58", "d8b98f"), ("5a4a40", "86705f"), ("b09070", "e0c8a4"))
STONE = (("7d7a76", "9c9892"), ("55565a", "7b7d80"), ("8a8680", "b8b2a8"), ("474a4e", "63666a"), ("a8a096", "cbc4ba"))
CARPET = (("5d4a58", "7d6a78"), ("3f5560", "5d7580"), ("6a6258", "8d8478"), ("7a4038", "9d5a50"), ("4b5a44", "6c7d62"))
LAWN = (("3f5a2a", "7d9a4c"), ("4a6a30", "8fae58"), ("5a6030", "a0a05c"), ("35502c", "648a44"), ("6a5a3a", "a08e60"))
PAINT = (
    ("a9b8b4", "c7d2cd"), ("d9cfc0", "efe8dc"), ("c9b2a0", "e2d0c0"), ("8fa3b8", "b3c3d2"), ("b8b5a0", "d8d5c4"),
    ("c4a6a6", "e0c8c8"), ("93a88c", "b9c9b2"), ("70757c", "969ba2"), ("dcd8d2", "f0eeea"), ("a78f78", "c9b49e"),
)  # fmt: skip
BRICK = (("8a4a38", "c9b8a8"), ("6e4136", "b09a8c"), ("9a8470", "d0c4b4"), ("5c5552", "8f8985"), ("a8623e", "d8c0a4"))
HOUSE = (("b7a58c", "d2c4ae"), ("9aa0a6", "bcc2c8"), ("a88070", "c9a594"), ("8d8f80", "b0b2a2"), ("c8b070", "e2d09c"))
LEAVES = (("24381c", "6d8f4a"), ("2c3c24", "7a8a50"), ("3c3418", "a08a3c"), ("1c3420", "4f8a58"), ("4a2c18", "b0703c"))
VELVET = (("5a0f1c", "a2243a"), ("14203c", "2c4478"), ("2a1438", "5c3074"), ("141416", "3a3a40"), ("0f3428", "226a50"))


def sample_environment(seed: int, style: Style | None = None) -> Environment:
    """Draw an environment, of a given or a random style; deterministic for a seed."""
    random = np.random.default_rng(seed)
    random_style = Style(int(random.integers(len(Style))))
    return SAMPLERS[random_style if style is None else style](random)


def _pick(random: Random, pairs: tuple[tuple[str, str], ...]) -> tuple[Colour, Colour]:
    """Two matching colours of a palette, with one small random shift."""
    first, second = pairs[random.integers(len(pairs))]
    shift = random.normal(0, 0.02, 3)
    one, two = (np.clip(np.array(from_hex(text)) + shift, 0, 1).tolist() for text in (first, second))
    return tuple(one), tuple(two)


def _sun(random: Random, side: float, sun: Colour, sky: Colour, ground: Colour) -> Sun:
    """Sunlight from the front and above; `side` is the maximum |x| of its direction."""
    direction = (float(random.uniform(-side, side)), float(random.uniform(0.8, 1.2)), float(random.uniform(0.5, 1.0)))
    strength, warmth = random.uniform(0.85, 1.1), random.normal(0, 0.04)
    tint = np.array(sun) * strength * [1 + warmth, 1, 1 - warmth]
    return Sun(direction, tuple(tint.tolist()), sky, ground)


def _room(random: Random) -> Environment:
    floors = ((Floor.PLANKS, WOOD), (Floor.HERRINGBONE, WOOD), (Floor.CARPET, CARPET), (Floor.TILES, STONE))
    floor, colours = floors[random.choice(4, p=[0.45, 0.2, 0.2, 0.15])]
    wall = random.choice([Wall.PANELLED, Wall.PLASTER, Wall.WALLPAPER], p=[0.4, 0.35, 0.25])
    back = -float(random.uniform(1.8, 3.2))
    return Environment(
        style=Style.ROOM,
        floor=floor,
        wall=Wall(wall),
        colours=(*_pick(random, colours), *_pick(random, PAINT)),
        sun=_sun(random, 0.7, (2.0, 1.9, 1.75), (0.55, 0.60, 0.70), (0.30, 0.27, 0.24)),
        back=back,
        side=float(random.choice([0.0, random.uniform(3.2, 4.5)])),
        floor_scale=float(random.uniform(5.5, 8)) if floor is not Floor.TILES else float(random.uniform(1.5, 3)),
        wall_scale=float(random.uniform(0.9, 1.6)) if wall != Wall.WALLPAPER else float(random.uniform(2.5, 5)),
        blur=float(random.uniform(0.6, 2.2)),
        seed=float(random.uniform(0, 3)),
        panels=_panels(
            random, (PanelKind.PAINTING, PanelKind.WINDOW, PanelKind.SHELF, PanelKind.DOOR, PanelKind.POSTER)
        ),
    )


def _brick(random: Random) -> Environment:
    floor = random.choice([Floor.TILES, Floor.ASPHALT, Floor.PLANKS], p=[0.4, 0.35, 0.25])
    return Environment(
        style=Style.BRICK,
        floor=Floor(floor),
        wall=Wall.BRICKS,
        colours=(*_pick(random, WOOD if floor == Floor.PLANKS else STONE), *_pick(random, BRICK)),
        sun=_sun(random, 0.8, (2.1, 1.95, 1.7), (0.55, 0.60, 0.70), (0.30, 0.27, 0.24)),
        back=-float(random.uniform(1.6, 3.2)),
        floor_scale=float(random.uniform(0.8, 2)) if floor != Floor.PLANKS else 6.0,
        wall_scale=float(random.uniform(2.4, 4.2)),
        blur=float(random.uniform(0.4, 1.8)),
        seed=float(random.uniform(0, 3)),
        panels=_panels(random, (PanelKind.POSTER, PanelKind.WINDOW, PanelKind.DOOR)) if random.random() < 0.5 else (),
    )


def _street(random: Random) -> Environment:
    wall = random.choice([Wall.FACADE, Wall.CONCRETE, Wall.SKYLINE], p=[0.6, 0.2, 0.2])
    return Environment(
        style=Style.STREET,
        floor=Floor.TILES if random.random() < 0.55 else Floor.ASPHALT,
        wall=Wall(wall),
        colours=(*_pick(random, STONE), *_pick(random, HOUSE if wall != Wall.CONCRETE else STONE)),
        sun=_sun(random, 0.9, (2.4, 2.2, 1.9), (0.55, 0.66, 0.85), (0.30, 0.27, 0.24)),
        back=-float(random.uniform(4.5, 8.5)),
        floor_scale=float(random.uniform(0.8, 1.8)),
        wall_scale=float(random.uniform(0.7, 1.3)),
        blur=float(random.uniform(1.0, 2.4)),
        seed=float(random.uniform(0, 3)),
    )


def _studio(random: Random) -> Environment:
    floor = random.choice([Floor.PLANKS, Floor.CHECKER, Floor.CARPET, Floor.HERRINGBONE], p=[0.5, 0.15, 0.15, 0.2])
    return Environment(
        style=Style.STUDIO,
        floor=Floor(floor),
        wall=Wall.PLASTER if random.random() < 0.7 else Wall.CONCRETE,
        colours=(*_pick(random, CARPET if floor == Floor.CARPET else WOOD), *_pick(random, PAINT)),
        sun=_sun(random, 0.6, (1.8, 1.75, 1.7), (0.70, 0.70, 0.72), (0.30, 0.27, 0.24)),
        back=-float(random.uniform(2.4, 4.2)),
        side=float(random.uniform(3.5, 5.5)),
        floor_scale=float(random.uniform(4, 6)) if floor != Floor.CHECKER else float(random.uniform(1.2, 2.5)),
        blur=float(random.uniform(0.6, 2.0)),
        seed=float(random.uniform(0, 3)),
        panels=_panels(random, (PanelKind.WINDOW, PanelKind.WINDOW, PanelKind.POSTER, PanelKind.DOOR)),
    )


def _park(random: Random) -> Environment:
    return Environment(
        style=Style.PARK,
        floor=Floor.GRASS if random.random() < 0.75 else Floor.ASPHALT,
        wall=Wall.HEDGE if random.random() < 0.75 else Wall.SKYLINE,
        colours=(*_pick(random, LAWN), *_pick(random, LEAVES)),
        sun=_sun(random, 0.9, (2.4, 2.25, 1.9), (0.50, 0.62, 0.80), (0.22, 0.28, 0.14)),
        back=-float(random.uniform(5.5, 9.5)),
        blur=float(random.uniform(1.2, 2.6)),
        seed=float(random.uniform(0, 3)),
    )


def _stage(random: Random) -> Environment:
    dark = (("1d1a1c", "3a3336"), ("14161a", "2c3038"), ("3a2a1e", "5c4632"))
    tint = tuple(float(value) for value in random.uniform(1.6, 2.3, 3))
    return Environment(
        style=Style.STAGE,
        floor=Floor.PLANKS if random.random() < 0.7 else Floor.CHECKER,
        wall=Wall.DRAPES,
        colours=(*_pick(random, dark), *_pick(random, VELVET)),
        sun=_sun(random, 0.6, (tint[0], 1.9, tint[2]), (0.30, 0.26, 0.36), (0.15, 0.10, 0.12)),
        back=-float(random.uniform(2.2, 3.6)),
        floor_scale=float(random.uniform(3, 5)),
        wall_scale=float(random.uniform(0.7, 1.8)),
        blur=float(random.uniform(0.6, 1.8)),
        seed=float(random.uniform(0, 3)),
    )


SAMPLERS = {
    Style.ROOM: _room, Style.BRICK: _brick, Style.STREET: _street,
    Style.STUDIO: _studio, Style.PARK: _park, Style.STAGE: _stage,
}  # fmt: skip

HALF_SIZES = {
    PanelKind.PAINTING: ((0.3, 0.75), (0.3, 0.6)), PanelKind.WINDOW: ((0.4, 0.7), (0.5, 0.8)),
    PanelKind.POSTER: ((0.25, 0.4), (0.35, 0.55)), PanelKind.SHELF: ((0.4, 0.7), (0.65, 0.97)),
    PanelKind.DOOR: ((0.42, 0.48), (1.05, 1.05)),
}  # fmt: skip
"""Ranges of half widths and half heights in metres."""


def _panels(random: Random, kinds: tuple[PanelKind, ...]) -> tuple[Panel, ...]:
    """Two to four panels next to each other, of one or two kinds."""
    selected = [kinds[index] for index in random.integers(len(kinds), size=2)]
    panels, x = [], -float(random.uniform(2.6, 3.4))
    for index in range(random.integers(2, 5)):
        kind = selected[index % 2]
        half_width, half_height = (float(random.uniform(*span)) for span in HALF_SIZES[kind])
        y = half_height if kind in (PanelKind.DOOR, PanelKind.SHELF) else 1.75 + float(random.uniform(-0.15, 0.15))
        x += half_width
        panels.append(Panel(kind, x, y, half_width, half_height))
        x += half_width + float(random.uniform(0.35, 1.1))
    return tuple(panels)
