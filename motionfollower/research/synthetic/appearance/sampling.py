"""Appearances drawn from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.types import (
    Appearance,
    Cloth,
    Colour,
    Hair,
    HairStyle,
    Hat,
    Jacket,
    Shoes,
    Skin,
    Skirt,
    Top,
    Trousers,
)
from motionfollower.research.synthetic.body.morph import Build
from motionfollower.research.synthetic.renderer.colour import from_hex
from motionfollower.research.synthetic.renderer.types import Pattern
from motionfollower.research.synthetic.seeds import Random

TOP_PATTERNS = (
    Pattern.PLAIN, Pattern.PLAIN, Pattern.PLAIN, Pattern.STRIPES, Pattern.PINSTRIPES, Pattern.CHECKS, Pattern.DOTS,
    Pattern.BLOTCHES, Pattern.PRINT, Pattern.PRINT, Pattern.BLOCKS, Pattern.ZIGZAG,
)  # fmt: skip
FACE_DETAILS = {
    "nose/nose-width2": 0.4, "nose/nose-hump": 0.35, "chin/chin-width": 0.3, "head/head-fat": 0.3,
    "mouth/mouth-scale-horiz": 0.35, "chin/chin-height": 0.25, "nose/nose-scale-horiz": 0.3,
}  # fmt: skip
"""Shape targets with the variants -incr and -decr, and the standard deviations of their weights."""
HEAD_DEVIATION = 0.25
HEAD_SHAPES = ("oval", "round", "square", "triangular", "diamond", "rectangular")

# Palettes, as sRGB in hexadecimal digits.
SKIN_COLOURS = ("e9bfa3", "e2b294", "d8a37f", "cb9470", "b98258", "9a6743", "7c4e33", "5f3a27", "47291c")
SKINS_BY_ANCESTRY = ((0, 4), (4, 9), (1, 5))  # range of the skin palette by the strongest ancestry
HAIR_COLOURS = (
    "15110f", "1f1712", "2e1f16", "4a3020", "6b4426", "8f5f33", "b58a4e", "d2b177", "8a3b22", "a5502a", "55504c",
)  # fmt: skip
GREY, DYED = "b5b0aa", ("c23a6a", "3a6ac2", "4aa88a", "8a4ac2")
IRIS_COLOURS = ("2a1608", "4a2c16", "5a6b3a", "4a6a8a", "3a2412", "6a7a80")
NATURAL_LIPS = (0.86, 0.58, 0.56)  # factors on the skin's colour
LIPSTICKS = ("b4484a", "c05050", "a83a52", "c26a60", "8a3040")
CLOTH_COLOURS = (
    "f2f0ea", "1f2024", "3b3f47", "8f949c", "b7332f", "d9683a", "e2b13c", "5c8a4a", "2f6f62", "2f5f9e", "27386b",
    "5b3f86", "b35f93", "e7a9b5", "7a4b33", "c9b08a", "86b7c9", "a3c2a0", "e8d44d", "d0423f", "3aa6a0", "6d1f3a",
)  # fmt: skip
TROUSER_COLOURS = (
    "26272c", "3a5a86", "2b3c5e", "b9a07a", "5b6156", "8a8f98", "1c1c20", "6b4a38", "d8d2c4", "6a2c34", "3f5a44",
)  # fmt: skip
SHOE_COLOURS = ("f2f2f0", "e8e6e0", "2a2a2c", "c9c2b4", "b7332f", "27386b")
DENIMS = (("34527e", "86a5c8"), ("2c4468", "5d7ea8"), ("4a6a96", "a9c0d8"), ("23242a", "55585f"))


def sample_appearance(seed: int) -> Appearance:
    """Draw a person's appearance; deterministic for a seed."""
    random = np.random.default_rng(seed)
    is_man = random.random() < 0.5
    is_old = random.random() < 0.15
    build = _build(random, is_man, is_old)
    hair = _hair(random, is_man, is_old, int(np.argmax(build.ancestry)))
    hat = _hat(random) if random.random() < 0.16 else None
    bottom = _trousers(random, is_man) if is_man or random.random() < 0.65 else _skirt(random)
    return Appearance(
        build=build,
        skin=_skin(random, is_man, int(np.argmax(build.ancestry))),
        hair=hair,
        top=_top(random, is_man),
        bottom=bottom,
        shoes=_shoes(random),
        jacket=Jacket(_cloth(random, 0.18), hem=float(random.uniform(0.3, 1.5))) if random.random() < 0.22 else None,
        hat=hat,
        seed=int(random.integers(2**31)),
    )


def _colour(random: Random, palette: tuple[str, ...]) -> Colour:
    """A random colour of a palette with a small random shift."""
    colour = np.array(from_hex(palette[random.integers(len(palette))])) + random.normal(0, 0.025, 3)
    return _as_colour(np.clip(colour, 0.02, 0.97))


def _as_colour(values: NDArray[np.float64]) -> Colour:
    red, green, blue = values.tolist()
    return red, green, blue


def _build(random: Random, is_man: bool, is_old: bool) -> Build:
    return Build(
        gender=float(np.clip(is_man + random.normal(0, 0.06), 0, 1)),
        age=float(random.uniform(0.7, 0.9) if is_old else random.uniform(0.5, 0.6)),
        muscle=float(random.uniform(0.3, 0.8)),
        weight=float(np.clip(random.normal(0.5, 0.16), 0.15, 0.95)),
        height=float(random.uniform(0.25, 0.75)),
        proportions=float(random.uniform(0.4, 1)),
        ancestry=tuple(random.dirichlet([0.5, 0.5, 0.5]).tolist()),
        details=_face(random),
        expression=_expression(random),
    )


def _face(random: Random) -> tuple[tuple[str, float], ...]:
    details = []
    for name, deviation in FACE_DETAILS.items():
        amount = float(random.normal(0, deviation))
        details.append((f"{name}-{'incr' if amount > 0 else 'decr'}", min(abs(amount), 0.9)))
    details += [(f"head/head-{name}", max(float(random.normal(0, HEAD_DEVIATION)), 0.0)) for name in HEAD_SHAPES]
    return tuple(details)


def _expression(random: Random) -> tuple[tuple[str, float], ...]:
    smile, brows = float(random.uniform(0, 0.7)), float(random.uniform(0, 0.3))
    weights = {"eyeBlink": 0.16, "mouthSmile": smile, "browOuterUp": brows}
    return tuple((f"{name}{side}", weight) for name, weight in weights.items() for side in ("Left", "Right"))


def _skin(random: Random, is_man: bool, ancestry: int) -> Skin:
    first, end = SKINS_BY_ANCESTRY[ancestry]
    tone = _colour(random, SKIN_COLOURS[first:end])
    natural_lips = np.array(tone) * NATURAL_LIPS
    lips = natural_lips if is_man else 0.55 * natural_lips + 0.45 * np.array(_colour(random, LIPSTICKS))
    return Skin(
        tone=tone,
        lips=_as_colour(lips),
        iris=_colour(random, IRIS_COLOURS),
        brow=0.055 if is_man else 0.038,
        stubble=max(float(random.normal(0.05, 0.3)), 0.0) if is_man else 0.0,
        liner=0.2 if is_man else 0.6,
        freckles=max(float(random.normal(-0.2, 0.6)), 0.0),
        blush=float(random.uniform(0.2, 0.7)),
    )


def _hair(random: Random, is_man: bool, is_old: bool, ancestry: int) -> Hair:
    probabilities = [0.14, 0.62, 0.12, 0.04, 0.03, 0.03, 0.02] if is_man else [0.03, 0.12, 0.10, 0.28, 0.17, 0.14, 0.16]
    style = HairStyle(int(random.choice(len(HairStyle), p=probabilities)))
    colour = _colour(random, HAIR_COLOURS if ancestry == 0 else HAIR_COLOURS[:4])
    if is_old and random.random() < 0.7:
        colour = _colour(random, (GREY,))
    elif random.random() < 0.06:
        colour = _colour(random, DYED)
    length = random.uniform(0.045, 0.085) if style is HairStyle.AFRO else random.uniform(0.008, 0.035)
    return Hair(
        style=style,
        colour=colour,
        length=float(length),
        end=float(random.uniform(5.6, 6.4) if style is HairStyle.BOB else random.uniform(3.0, 5.2)),
        parting=float(random.uniform(-0.3, 0.3)),
        hairline=float(random.uniform(-0.25, 0.05)) if is_old else float(random.uniform(-0.05, 0.05)),
    )


def _hat(random: Random) -> Hat:
    return Hat(_cloth(random, 0.06), rim=float(random.uniform(7.5, 7.7)), peak=bool(random.random() < 0.5))


def _cloth(random: Random, folds: float) -> Cloth:
    return Cloth(
        colour=_colour(random, CLOTH_COLOURS),
        second=_colour(random, CLOTH_COLOURS),
        pattern=TOP_PATTERNS[random.integers(len(TOP_PATTERNS))],
        scale=float(random.uniform(1.2, 4)),
        second_fraction=float(random.uniform(0.2, 0.5)),
        folds=folds,
        phase=float(random.uniform()),
    )


def _ease(random: Random, is_man: bool) -> float:
    return float(random.choice([0.006, 0.012, 0.02, 0.026] if is_man else [0.003, 0.006, 0.012, 0.02]))


def _top(random: Random, is_man: bool) -> Top:
    ease = _ease(random, is_man)
    is_cropped = not is_man and random.random() < 0.4
    sleeves = [-1.0, 0.35, 0.5, 0.62, 1.0, 1.86, 1.9] if is_man else [-1.0, -1.0, 0.3, 0.5, 1.0, 1.86, 1.9]
    return Top(
        cloth=_cloth(random, 0.08 + 4 * ease),
        sleeve=float(random.choice(sleeves)),
        hem=float(random.uniform(1.4, 2.5)) if is_cropped else float(random.uniform(0.3, 1.0)),
        neckline=float(random.uniform(0.6, 1.1)),
        ease=ease,
    )


def _trousers(random: Random, is_man: bool) -> Trousers:
    ease, is_short = _ease(random, is_man), random.random() < 0.25
    phase, folds = float(random.uniform()), 0.1 + 3 * ease
    if random.random() < 0.45:
        first, second = DENIMS[random.integers(len(DENIMS))]
        cloth = Cloth(from_hex(first), from_hex(second), Pattern.DENIM, folds=folds, phase=phase)
    else:
        cloth = Cloth(_colour(random, TROUSER_COLOURS), folds=folds, phase=phase)
    return Trousers(
        cloth=cloth,
        waist=1.6 if is_man else 2.2,
        end=float(random.uniform(-4.2, -2.2)) if is_short else float(random.uniform(-7.3, -6.7)),
        ease=ease + (0.01 if is_short else 0),
        flare=float(random.choice([0.0, 0.0, 0.0, 0.03])),
    )


def _skirt(random: Random) -> Skirt:
    return Skirt(_cloth(random, 0.12), end=float(random.uniform(-5.5, -2.2)), flare=float(random.uniform(0.02, 0.07)))


def _shoes(random: Random) -> Shoes:
    cloth = Cloth(
        _colour(random, SHOE_COLOURS),
        _colour(random, CLOTH_COLOURS),
        Pattern.SOLE,
        folds=0.02,
        roughness=0.5,
        shine=0.03,
    )
    return Shoes(cloth, top=float(random.choice([-7.2, -7.2, -6.9, -6.6])))
