"""Textures of the panels on the back wall: paintings, windows, posters, shelves, doors."""

import numpy as np

from motionfollower.research.synthetic.environment.floors import cell_random
from motionfollower.research.synthetic.environment.types import PanelKind
from motionfollower.research.synthetic.renderer.jit import compiled
from motionfollower.research.synthetic.renderer.noise import CLOUDS, sample_noise
from motionfollower.research.synthetic.renderer.types import Doubles, Floats
from motionfollower.research.synthetic.renderer.vectors import Vector, fraction, scale

WINDOW, POSTER, SHELF, DOOR = (
    int(kind) for kind in (PanelKind.WINDOW, PanelKind.POSTER, PanelKind.SHELF, PanelKind.DOOR)
)
FRAME = 0.05  # metres
SHADE = 0.10  # metres: width of the darkened wall around a panel
FRAME_COLOUR = (0.12, 0.09, 0.07)
LIGHT_FRAME = (0.7, 0.7, 0.7)
DAYLIGHT = (0.9, 0.97, 1.05)


@compiled
def distance_to_panel(panels: Doubles, index: int, x: float, y: float) -> float:
    """Signed distance in metres of a wall point from a panel; negative inside."""
    across = abs(x - panels[index, 1]) - panels[index, 3]
    up = abs(y - panels[index, 2]) - panels[index, 4]
    return float(max(across, up))


@compiled
def paint_panel(panels: Doubles, index: int, x: float, y: float, seed: float, noise: Floats) -> tuple[Vector, Vector]:
    """The colour and the emission of a panel at a point inside it."""
    kind = int(panels[index, 0])
    panel_seed = seed + 0.3 * index
    inset = -distance_to_panel(panels, index, x, y)
    u, v = x - panels[index, 1], y - panels[index, 2]
    if kind == WINDOW:
        return _window(u, v, inset, panel_seed, noise)
    if kind == POSTER:
        return _abstract(u, v, panel_seed, 1.6, noise), (0.0, 0.0, 0.0)
    if inset < FRAME:
        return FRAME_COLOUR, (0.0, 0.0, 0.0)
    if kind == SHELF:
        return _books(u, v, panel_seed), (0.0, 0.0, 0.0)
    if kind == DOOR:
        return _door(u, v, panels[index, 3], panels[index, 4], panel_seed), (0.0, 0.0, 0.0)
    return _abstract(u, v, panel_seed, 0.8, noise), (0.0, 0.0, 0.0)


@compiled
def _window(u: float, v: float, inset: float, seed: float, noise: Floats) -> tuple[Vector, Vector]:
    if inset < FRAME or abs(u) < 0.03 or abs(v) < 0.03:
        return LIGHT_FRAME, (0.0, 0.0, 0.0)
    return (0.0, 0.0, 0.0), scale(DAYLIGHT, 0.85 + 0.1 * sample_noise(noise, 0.3 * u + seed, 0.3 * v, CLOUDS))


@compiled
def _abstract(u: float, v: float, seed: float, strength: float, noise: Floats) -> Vector:
    """An abstract painting: clouds of colour."""
    one = strength * sample_noise(noise, 0.2 * u + seed, 0.2 * v + seed, CLOUDS)
    two = strength * sample_noise(noise, 0.15 * u + 2.3 * seed + 0.5, 0.2 * v, CLOUDS)
    three = strength * sample_noise(noise, 0.17 * u + 3.1 * seed, 0.14 * v + 0.3, CLOUDS)
    shared = 0.25 + 0.08 * (one + two)
    return max(shared + 0.05 * one, 0.02), max(shared + 0.05 * two, 0.02), max(shared + 0.05 * three, 0.02)


@compiled
def _books(u: float, v: float, seed: float) -> Vector:
    """Rows of book spines of different colours and heights."""
    board, book = np.floor(v / 0.32), np.floor(u / 0.045)
    up = fraction(v / 0.32)
    if up < 0.07 or up > 0.66 + 0.3 * cell_random(book, board, seed):
        return scale(FRAME_COLOUR, 0.6)
    return (
        0.08 + 0.4 * cell_random(book, board, seed + 1),
        0.06 + 0.3 * cell_random(book, board, seed + 2),
        0.06 + 0.3 * cell_random(book, board, seed + 3),
    )


@compiled
def _door(u: float, v: float, half_width: float, half_height: float, seed: float) -> Vector:
    """A door with two panels and a handle."""
    if np.hypot(u - 0.8 * half_width, v + 0.05) < 0.03:
        return 0.5, 0.45, 0.3
    tone = 0.35 + 0.4 * fraction(7.7 * seed)
    across, up = abs(u) - 0.68 * half_width, abs(abs(v) - 0.46 * half_height) - 0.36 * half_height
    edge = abs(max(across, up)) < 0.012
    return scale((tone, 0.92 * tone, 0.8 * tone), 0.6 if edge else 1.0)
