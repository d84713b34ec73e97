"""The benchmark: render held-out clips, edit them with every method, and score the edits against the ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.device import describe
from motionfollower.core.errors import OutputError
from motionfollower.pipeline.backends import Backend
from motionfollower.research.evaluation.quality.clip import BenchmarkClip, make_benchmark_clip
from motionfollower.research.evaluation.quality.methods import Method, MethodEdit, run_methods
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.report import ClipScores, Quality, write_quality, write_strip
from motionfollower.research.evaluation.quality.score import score
from motionfollower.research.synthetic.assets.store import load_assets
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Size
from preprocess.video.atomic import check_parent, make_folder


@dataclass(frozen=True)
class Scale:
    """The number of clips, and the frames and size of each."""

    clips: int
    frames: int
    size: Size


FULL = Scale(clips=8, frames=24, size=(512, 512))
QUICK = Scale(clips=3, frames=12, size=(384, 384))
UNITS_PER_CLIP = 1 + len(Method)  # rendering, and each method


def check_report_dir(folder: Path) -> None:
    """OutputError where a report can't be written to `folder`."""
    check_parent(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file. Choose a folder.")


def describe_setting(seeds: range, scale: Scale, backend: Backend) -> dict[str, object]:
    """The conditions of a measurement, as its report names them."""
    width, height = scale.size
    return {
        "backend": backend.name,
        "device": str(describe(backend.device)),
        "seeds": f"{seeds.start}:{seeds.stop}",
        "frames": scale.frames,
        "size": f"{width}x{height}",
    }


def measure_quality(
    seeds: range, scale: Scale, backend: Backend, folder: Path, on_progress: OnProgress = ignore_progress
) -> Quality:
    """Measure the clips of some seeds and write the report to `folder`; reports `UNITS_PER_CLIP` units per clip."""
    assets = load_assets()
    check_report_dir(folder)
    make_folder(folder)
    clips = []
    for index, seed in enumerate(seeds):
        done = index * UNITS_PER_CLIP + 1
        with TemporaryDirectory() as scratch:
            clip = make_benchmark_clip(assets, seed, scale.size, scale.frames, Path(scratch) / "case")
            on_progress(done)
            clips.append(_measure_clip(clip, backend, folder, on_progress, done))
    quality = Quality(describe_setting(seeds, scale, backend), clips)
    write_quality(folder, quality)
    return quality


def _measure_clip(
    clip: BenchmarkClip, backend: Backend, folder: Path, on_progress: OnProgress, done: int
) -> ClipScores:
    """Score every method on a clip and write its strip; reports each method after the `done` units before."""
    regions, scores, edits = ScoreRegions.of(clip), {}, list[MethodEdit]()
    for edit in run_methods(clip, backend):
        edits.append(edit)
        scores[edit.method] = score(clip, edit, regions, backend.preprocessors.poses)
        on_progress(done + len(edits))
    write_strip(folder, clip, edits)
    return ClipScores(clip.seed, scores, {it.method: it.refusal for it in edits if it.refusal})
