"""The benchmark: render held-out clips, let every method try, score against the right answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.device import describe
from motionfollower.core.errors import OutputError
from motionfollower.pipeline.backends import Backend
from motionfollower.research.evaluation.quality.methods import Attempt, Method, attempt_all
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.report import ClipScores, Quality, write_quality, write_strip
from motionfollower.research.evaluation.quality.score import score
from motionfollower.research.evaluation.quality.subject import BenchmarkClip, make_benchmark_clip
from motionfollower.research.synthetic.assets.store import load_assets
from preprocess.types import Size
from preprocess.video.atomic import check_parent, make_folder


@dataclass(frozen=True)
class Scale:
    """How much is measured: so many frames of each clip, of this size."""

    clips: int
    frames: int
    size: Size


WHOLE = Scale(clips=8, frames=24, size=(512, 512))
QUICK = Scale(clips=3, frames=12, size=(384, 384))
WORK_A_CLIP = 1 + len(Method)  # rendering it, and each method


def check_quality_place(folder: Path) -> None:
    """OutputError where the report can't be written to `folder`."""
    check_parent(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file. Choose a folder.")


def setting_of(seeds: range, scale: Scale, backend: Backend) -> dict[str, object]:
    """What a report tells of how it was measured."""
    width, height = scale.size
    return {
        "backend": backend.name,
        "device": str(describe(backend.device)),
        "seeds": f"{seeds.start}:{seeds.stop}",
        "frames": scale.frames,
        "size": f"{width}x{height}",
    }


def measure_quality(seeds: range, scale: Scale, backend: Backend, folder: Path) -> Generator[int, None, Quality]:
    """Measure the clips of some seeds; yield the work done, `WORK_A_CLIP` a clip, and write the report to `folder`."""
    assets = load_assets()
    check_quality_place(folder)
    make_folder(folder)
    clips = []
    for index, seed in enumerate(seeds):
        with TemporaryDirectory() as place:
            subject = make_benchmark_clip(assets, seed, scale.size, scale.frames, Path(place) / "case")
            yield index * WORK_A_CLIP + 1
            clips.append((yield from _measure_clip(subject, backend, folder, index * WORK_A_CLIP + 1)))
    quality = Quality(setting_of(seeds, scale, backend), clips)
    write_quality(folder, quality)
    return quality


def _measure_clip(
    subject: BenchmarkClip, backend: Backend, folder: Path, done: int
) -> Generator[int, None, ClipScores]:
    regions, scores, attempts = ScoreRegions.of(subject), {}, list[Attempt]()
    for attempt in attempt_all(subject, backend):
        attempts.append(attempt)
        scores[attempt.method] = score(subject, attempt, regions, backend.preprocessors.poses)
        yield done + len(attempts)
    write_strip(folder, subject, attempts)
    return ClipScores(subject.seed, scores, {it.method: it.refusal for it in attempts if it.refusal})
