"""One held-out clip with its right answer, in a folder that the real pipeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionfollower.core.config import PrepareSettings
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.case import CaseConfig, render_case, write_rendered_case
from motionfollower.research.synthetic.export.clip import RenderedClip
from preprocess.progress import run_to_end
from preprocess.types import Size


@dataclass(frozen=True)
class BenchmarkClip:
    """A clip `source` to be edited to do what `target`, somebody else, does; `truth` is how that would look."""

    seed: int
    folder: Path
    source: RenderedClip
    target: RenderedClip
    truth: RenderedClip

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


def make_benchmark_clip(assets: Assets, seed: int, size: Size, frames: int, folder: Path) -> BenchmarkClip:
    """Render the clip of a seed and its answer, and write them to `folder`."""
    motion, target = (seed - seed % 100_000 + int(n) for n in np.random.default_rng(seed).integers(100_000, size=2))
    production = run_to_end(render_case(assets, CaseConfig(seed, motion, target, size, frames)))
    run_to_end(write_rendered_case(folder, production))
    assert production.edit is not None
    return BenchmarkClip(seed, folder, production.source, production.edit.target, production.edit.truth)
