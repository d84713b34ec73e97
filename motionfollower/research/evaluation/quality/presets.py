"""What the faster presets cost and lose against Quality, on rendered clips whose right answer is known.

Every preset edits with true inputs, so that the sampler alone differs. Quality is the whole released schedule here,
whatever the backend's usual settings are: of a single step there would be nothing to leave out.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from motionfollower.core.config import SamplerSettings
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.io.case import read_case
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.edit import edit
from motionfollower.research.evaluation.flops import compare
from motionfollower.research.evaluation.quality.measure import Scale, check_quality_place, setting_of
from motionfollower.research.evaluation.quality.methods import Attempt, Method
from motionfollower.research.evaluation.quality.presets_report import PresetRow, PresetTable, write_presets
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.score import Score, mean_score, score
from motionfollower.research.evaluation.quality.subject import BenchmarkClip, make_benchmark_clip
from motionfollower.research.synthetic.assets.store import load_assets
from preprocess.progress import run_to_end
from preprocess.video.atomic import make_folder

PRESETS: tuple[PresetName, ...] = get_args(PresetName)
WORK_A_CLIP = 1 + len(PRESETS)  # rendering it, and each preset


@dataclass(frozen=True)
class Trial:
    """On how much, by what, and from which settings of Quality the presets are measured."""

    seeds: range
    scale: Scale
    backend: Backend
    quality: SamplerSettings


def measure_presets(trial: Trial, folder: Path) -> Generator[int, None, PresetTable]:
    """Measure; yield the work done, `WORK_A_CLIP` a clip and one for counting, and write the report to `folder`."""
    assets = load_assets()
    check_quality_place(folder)
    make_folder(folder)
    scores: dict[PresetName, list[Score]] = {preset: [] for preset in PRESETS}
    done = 0
    for seed in trial.seeds:
        with TemporaryDirectory() as place:
            subject = make_benchmark_clip(assets, seed, trial.scale.size, trial.scale.frames, Path(place) / "case")
            yield (done := done + 1)
            for preset in PRESETS:
                scores[preset].append(_try(subject, trial, preset))
                yield (done := done + 1)
    table = PresetTable(_setting(trial), _rows(scores))
    yield done + 1
    write_presets(folder, table)
    return table


def _try(subject: BenchmarkClip, trial: Trial, preset: PresetName) -> Score:
    """One preset's edit of one clip, scored."""
    inputs, settings = read_case(subject.folder), apply_preset(trial.quality, preset)
    began = time.perf_counter()
    frames = run_to_end(edit(inputs, settings, trial.backend)).edited.frames
    attempt = Attempt(Method.OURS_TRUE_INPUTS, frames, time.perf_counter() - began, peak_mb=float("nan"))
    return score(subject, attempt, ScoreRegions.of(subject), trial.backend.preprocessors.poses)


def _rows(scores: dict[PresetName, list[Score]]) -> list[PresetRow]:
    """The presets' mean scores with the work that was counted for them at full size."""
    work = compare(camera=False)
    means = {preset: mean_score(scores[preset]) for preset in PRESETS}
    return [PresetRow.against(means["quality"], preset, means[preset], work.share(preset)) for preset in PRESETS]


def _setting(trial: Trial) -> dict[str, object]:
    asked = {"steps of quality": trial.quality.steps, "strength": trial.quality.strength}
    return setting_of(trial.seeds, trial.scale, trial.backend) | asked


def released_schedule(steps: int, strength: float) -> SamplerSettings:
    """Quality as released, in so many steps over so much of the noise."""
    return replace(SamplerSettings(), steps=steps, strength=strength)
