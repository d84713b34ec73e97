"""A held-out clip with its ground truth, written to a folder that the pipeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionfollower.core.config import PrepareSettings
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.case import CaseConfig, render_case, write_rendered_case
from motionfollower.research.synthetic.export.clip import RenderedClip
from preprocess.types import Size


@dataclass(frozen=True)
class BenchmarkClip:
    """An edit with its ground truth.

    `source` is the clip to edit, `target` another person in the new motion, `truth` the source person in that motion.
    """

    seed: int
    folder: Path
    source: RenderedClip
    target: RenderedClip
    truth: RenderedClip

    @property
    def source_path(self) -> Path:
        """The folder of the source's frames."""
        return self.folder / "source_images"

    @property
    def target_path(self) -> Path:
        """The folder of the target's frames."""
        return self.folder / "target_images"

    @property
    def prepare_settings(self) -> PrepareSettings:
        """Settings that keep the clip's size and frame rate."""
        return PrepareSettings(size=self.source.size, fps=self.source.fps)


def make_benchmark_clip(assets: Assets, seed: int, size: Size, frames: int, folder: Path) -> BenchmarkClip:
    """Render the clip of a seed and its ground truth, and write them to `folder`."""
    motion, target = (seed - seed % 100_000 + int(n) for n in np.random.default_rng(seed).integers(100_000, size=2))
    case = render_case(assets, CaseConfig(seed, motion, target, size, frames))
    write_rendered_case(folder, case)
    assert case.edit is not None
    return BenchmarkClip(seed, folder, case.source, case.edit.target, case.edit.truth)
