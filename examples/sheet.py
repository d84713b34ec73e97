"""A sheet of dancers, one a seed, each in a place of their own: python examples/sheet.py FIRST LAST COLUMNS FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

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

sys.path.insert(0, str(Path(__file__).parents[1]))

SIZE = (128, 176)


def portray(assets: Assets, seed: int) -> Frame:
    """One dancer in the middle of a move; the styles of the places take turns."""
    place = sample_environment(seed, Style(seed % len(Style)))
    scene = Scene(make_character(assets, sample_appearance(seed)), place, Camera(fill=0.9), SIZE, fps=1.0)
    (take,) = plan_shots(scene.stage, [make_sequence(assets, seed, 1.0)], 1)
    return next(Renderer(assets, scene).render(take)).image


def main(first: int, last: int, columns: int, file: Path) -> None:
    """Write the sheet of the seeds from `first` to `last`, the last one excluded."""
    assets = load_assets()
    portraits = [portray(assets, seed) for seed in range(first, last)]
    portraits += [np.zeros_like(portraits[0])] * (-len(portraits) % columns)
    rows = [np.concatenate(portraits[at : at + columns], axis=1) for at in range(0, len(portraits), columns)]
    Image.fromarray(np.concatenate(rows)).save(file, quality=90)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), Path(sys.argv[4]))
