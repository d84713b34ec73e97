"""Cost and quality of the faster presets against Quality, on rendered clips with a known result.

Every preset edits with true inputs, so that the sampler alone differs. Quality is the whole released schedule here,
whatever the backend's default settings are: a single step leaves nothing to skip.
"""

from __future__ import annotations

import time
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
from motionfollower.research.evaluation.quality.clip import BenchmarkClip, make_benchmark_clip
from motionfollower.research.evaluation.quality.measure import Scale, check_report_dir, describe_setting
from motionfollower.research.evaluation.quality.methods import Method, MethodEdit
from motionfollower.research.evaluation.quality.presets_report import PresetRow, PresetTable, write_presets
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.score import Score, mean_score, score
from motionfollower.research.synthetic.assets.store import load_assets
from preprocess.progress import OnProgress, ignore_progress
from preprocess.video.atomic import make_folder

PRESETS: tuple[PresetName, ...] = get_args(PresetName)
UNITS_PER_CLIP = 1 + len(PRESETS)  # rendering, and each preset


@dataclass(frozen=True)
class PresetBenchmark:
    """The clips that presets are measured on, the backend, and the settings of Quality that they start from."""

    seeds: range
    scale: Scale
    backend: Backend
    quality: SamplerSettings


def measure_presets(benchmark: PresetBenchmark, folder: Path, on_progress: OnProgress = ignore_progress) -> PresetTable:
    """Measure the presets and write the report to `folder`; reports `UNITS_PER_CLIP` units per clip, and one more."""
    assets = load_assets()
    check_report_dir(folder)
    make_folder(folder)
    scale, scores = benchmark.scale, {preset: list[Score]() for preset in PRESETS}
    done = 0
    for seed in benchmark.seeds:
        with TemporaryDirectory() as scratch:
            clip = make_benchmark_clip(assets, seed, scale.size, scale.frames, Path(scratch) / "case")
            on_progress(done := done + 1)
            for preset in PRESETS:
                scores[preset].append(_score_preset(clip, benchmark, preset))
                on_progress(done := done + 1)
    table = PresetTable(_describe_setting(benchmark), _rows(scores))
    on_progress(done + 1)
    write_presets(folder, table)
    return table


def _score_preset(clip: BenchmarkClip, benchmark: PresetBenchmark, preset: PresetName) -> Score:
    """The score of one preset's edit of one clip."""
    inputs, settings = read_case(clip.folder), apply_preset(benchmark.quality, preset)
    began = time.perf_counter()
    frames = edit(inputs, settings, benchmark.backend).edited.frames
    edited = MethodEdit(Method.OURS_TRUE_INPUTS, frames, time.perf_counter() - began, peak_mb=float("nan"))
    return score(clip, edited, ScoreRegions.of(clip), benchmark.backend.preprocessors.poses)


def _rows(scores: dict[PresetName, list[Score]]) -> list[PresetRow]:
    """The presets' mean scores with their FLOPs at full size."""
    flops = compare(camera=False)
    means = {preset: mean_score(scores[preset]) for preset in PRESETS}
    return [
        PresetRow.against(means["quality"], preset, means[preset], flops.relative_flops(preset)) for preset in PRESETS
    ]


def _describe_setting(benchmark: PresetBenchmark) -> dict[str, object]:
    schedule = {"steps of quality": benchmark.quality.steps, "strength": benchmark.quality.strength}
    return describe_setting(benchmark.seeds, benchmark.scale, benchmark.backend) | schedule


def released_schedule(steps: int, strength: float) -> SamplerSettings:
    """Quality as released, in `steps` steps from the noise of `strength`, 0 to 1."""
    return replace(SamplerSettings(), steps=steps, strength=strength)
