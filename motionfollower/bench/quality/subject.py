"""One held-out clip with its right answer, in a folder that the real pipeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionfollower.dancers.assets.types import Assets
from motionfollower.dancers.footage import Footage
from motionfollower.dancers.studio import Order, produce
from motionfollower.dancers.write import write_production
from motionfollower.types import PrepareSettings
from preprocess.finish import finish
from preprocess.types import Size


@dataclass(frozen=True)
class Subject:
    """A clip `source` to be edited to do what `target`, somebody else, does; `truth` is how that would look."""

    seed: int
    folder: Path
    source: Footage
    target: Footage
    truth: Footage

    @property
    def source_path(self) -> Path:
        """The pictures of the clip."""
        return self.folder / "source_images"

    @property
    def target_path(self) -> Path:
        """The pictures of the clip that shows the motion."""
        return self.folder / "target_images"

    @property
    def preparing(self) -> PrepareSettings:
        """Settings that keep the clip's own size."""
        return PrepareSettings(size=self.source.size, fps=self.source.fps)


def make_subject(assets: Assets, seed: int, size: Size, frames: int, folder: Path) -> Subject:
    """Render the clip of a seed and its answer, and write them to `folder`."""
    motion, target = (seed - seed % 100_000 + int(n) for n in np.random.default_rng(seed).integers(100_000, size=2))
    production = finish(produce(assets, Order(seed, motion, target, size, frames)))
    finish(write_production(folder, production))
    assert production.edit is not None
    return Subject(seed, folder, production.source, production.edit.target, production.edit.truth)
