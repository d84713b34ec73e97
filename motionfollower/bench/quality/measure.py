"""The benchmark: render held-out clips, let every method try, score against the right answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.backends import Backend
from motionfollower.bench.quality.methods import Attempt, Method, attempt_all
from motionfollower.bench.quality.regions import SubjectRegions
from motionfollower.bench.quality.report import ClipScores, Quality, write_quality, write_strip
from motionfollower.bench.quality.score import score
from motionfollower.bench.quality.subject import Subject, make_subject
from motionfollower.dancers.assets.store import load_assets
from motionfollower.device import describe
from motionfollower.errors import OutputError
from preprocess.atomic import check_place, make_folder
from preprocess.types import Size


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
    check_place(folder)
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
            subject = make_subject(assets, seed, scale.size, scale.frames, Path(place) / "case")
            yield index * WORK_A_CLIP + 1
            clips.append((yield from _measure_clip(subject, backend, folder, index * WORK_A_CLIP + 1)))
    quality = Quality(setting_of(seeds, scale, backend), clips)
    write_quality(folder, quality)
    return quality


def _measure_clip(subject: Subject, backend: Backend, folder: Path, done: int) -> Generator[int, None, ClipScores]:
    regions, scores, attempts = SubjectRegions.of(subject), {}, list[Attempt]()
    for attempt in attempt_all(subject, backend):
        attempts.append(attempt)
        scores[attempt.method] = score(subject, attempt, regions, backend.preprocessors.poses)
        yield done + len(attempts)
    write_strip(folder, subject, attempts)
    return ClipScores(subject.seed, scores, {it.method: it.refusal for it in attempts if it.refusal})
