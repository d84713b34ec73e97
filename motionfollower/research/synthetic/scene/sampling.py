"""Scenes drawn from a seed: a dancer, a place and a camera."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.scene.camera import Camera, Framing
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Scene
from preprocess.types import Size

FRAMINGS = (0.6, 0.25, 0.15)  # how often each comes: whole, from the knees up, from the waist up
MOVING = 0.35  # share of the cameras that move


def sample_scene(assets: Assets, seed: int, size: Size, fps: float) -> Scene:
    """The scene of a seed; the same for the same seed."""
    random = np.random.default_rng(seed)
    place, camera = (int(number) for number in random.integers(2**31, size=2))
    return Scene(
        make_character(assets, sample_appearance(seed)), sample_environment(place), sample_camera(camera), size, fps
    )


def sample_camera(seed: int) -> Camera:
    """How a phone would be held: mostly still, sometimes moving; the same for the same seed."""
    random = np.random.default_rng(seed)
    moves = random.random() < MOVING
    return Camera(
        framing=Framing(int(random.choice(len(Framing), p=FRAMINGS))),
        fill=float(random.uniform(0.65, 0.97)),
        pan=float(random.uniform(-0.5, 0.5)) * (moves and random.random() < 0.7),
        zoom=float(random.uniform(-0.2, 0.2)) * (moves and random.random() < 0.6),
        shake=float(random.uniform(0.004, 0.02)) * (moves and random.random() < 0.6),
        height=float(random.uniform(0.8, 1.6)),
        aside=float(random.uniform(-0.2, 0.2)),
        seed=seed,
    )
