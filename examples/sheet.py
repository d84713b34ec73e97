"""Render a contact sheet of characters, one per seed: python examples/sheet.py FIRST END COLUMNS FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.environment.types import Style
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from preprocess.types import Frame

SIZE = (128, 176)


def render_portrait(assets: Assets, seed: int) -> Frame:
    """One frame of a dancing character; the environment's style cycles with the seed."""
    environment = sample_environment(seed, Style(seed % len(Style)))
    scene = Scene(make_character(assets, sample_appearance(seed)), environment, Camera(fill=0.9), SIZE, fps=1.0)
    (shot,) = plan_shots(scene.setup, [make_sequence(assets, seed, 1.0)], 1)
    return next(Renderer(assets, scene).render(shot)).image


def main(first: int, end: int, columns: int, file: Path) -> None:
    """Write the sheet of the seeds from `first` to `end`, which is excluded."""
    assets = load_assets()
    portraits = [render_portrait(assets, seed) for seed in range(first, end)]
    portraits += [np.zeros_like(portraits[0])] * (-len(portraits) % columns)
    rows = [np.concatenate(portraits[start : start + columns], axis=1) for start in range(0, len(portraits), columns)]
    Image.fromarray(np.concatenate(rows)).save(file, quality=90)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), Path(sys.argv[4]))
