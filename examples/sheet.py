"""A sheet of dancers, one a seed, each in a place of their own: python examples/sheet.py FIRST LAST COLUMNS FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from motionfollower.dancers.assets.store import load_assets
from motionfollower.dancers.assets.types import Assets
from motionfollower.dancers.camera import Camera
from motionfollower.dancers.dancer import make_dancer
from motionfollower.dancers.look.draw import draw_look
from motionfollower.dancers.motion.sequence import make_sequence
from motionfollower.dancers.place.draw import draw_place
from motionfollower.dancers.place.types import Style
from motionfollower.dancers.scene import Renderer, Scene
from motionfollower.dancers.take import plan_takes
from preprocess.types import Frame

SIZE = (128, 176)


def portray(assets: Assets, seed: int) -> Frame:
    """One dancer in the middle of a move; the styles of the places take turns."""
    place = draw_place(seed, Style(seed % len(Style)))
    scene = Scene(make_dancer(assets, draw_look(seed)), place, Camera(fill=0.9), SIZE, fps=1.0)
    (take,) = plan_takes(scene.stage, [make_sequence(assets, seed, 1.0)], 1)
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
