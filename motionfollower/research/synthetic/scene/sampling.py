"""Scenes drawn from a seed: a character, an environment and a camera."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.scene.camera import Camera, Framing
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Scene
from preprocess.types import Size

FRAMING_WEIGHTS = (0.6, 0.25, 0.15)  # probabilities in the order of `Framing`
MOVING_FRACTION = 0.35  # fraction of cameras that move


def sample_scene(assets: Assets, seed: int, size: Size, fps: float) -> Scene:
    """Draw a scene; deterministic for a seed."""
    random = np.random.default_rng(seed)
    environment_seed, camera_seed = (int(number) for number in random.integers(2**31, size=2))
    return Scene(
        make_character(assets, sample_appearance(seed)),
        sample_environment(environment_seed),
        sample_camera(camera_seed),
        size,
        fps,
    )


def sample_camera(seed: int) -> Camera:
    """Draw a handheld phone camera, mostly still, sometimes moving; deterministic for a seed."""
    random = np.random.default_rng(seed)
    moves = random.random() < MOVING_FRACTION
    return Camera(
        framing=Framing(int(random.choice(len(Framing), p=FRAMING_WEIGHTS))),
        fill=float(random.uniform(0.65, 0.97)),
        pan=float(random.uniform(-0.5, 0.5)) * (moves and random.random() < 0.7),
        zoom=float(random.uniform(-0.2, 0.2)) * (moves and random.random() < 0.6),
        shake=float(random.uniform(0.004, 0.02)) * (moves and random.random() < 0.6),
        height=float(random.uniform(0.8, 1.6)),
        offset=float(random.uniform(-0.2, 0.2)),
        seed=seed,
    )
