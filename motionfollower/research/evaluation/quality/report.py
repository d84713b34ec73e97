"""The files of the benchmark: quality.json, and report.html with a strip of frames per clip."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from motionfollower.research.evaluation.quality.clip import BenchmarkClip
from motionfollower.research.evaluation.quality.methods import Method, MethodEdit
from motionfollower.research.evaluation.quality.score import Score, as_json, mean_score
from preprocess.types import Frames
from preprocess.video.atomic import atomic_path, output_errors, write_text

COLUMNS = 5  # frames of a strip
HEIGHT = 160  # pixels of each
HIGHER_IS_BETTER = ("psnr", "ssim", "pck")
STYLE = """body{font:15px system-ui;margin:2em auto;max-width:75em;color:#222}table{border-collapse:collapse}
td,th{padding:.3em .7em;text-align:right;border-bottom:1px solid #ddd}th:first-child,td:first-child{text-align:left}
.best{font-weight:700}figure{margin:2em 0}img{max-width:100%}figcaption{white-space:pre-line}"""


@dataclass(frozen=True)
class ClipScores:
    """One clip's scores by method, and the errors of methods that can't edit it."""

    seed: int
    scores: Mapping[Method, Score]
    refusals: Mapping[Method, str]


@dataclass(frozen=True)
class Quality:
    """The benchmark's results; `setting` are the conditions of the measurement."""

    setting: Mapping[str, object]
    clips: Sequence[ClipScores]

    def means(self) -> dict[Method, Score]:
        """Each method's mean over the clips."""
        return {method: mean_score([clip.scores[method] for clip in self.clips]) for method in Method}

    def to_json(self) -> str:
        """The text of quality.json; missing numbers are null."""
        rows: dict[str, object] = {method.value: as_json(asdict(score)) for method, score in self.means().items()}
        clips = [
            {"seed": clip.seed, "refusals": {method.value: why for method, why in clip.refusals.items()}}
            | {method.value: as_json(asdict(score)) for method, score in clip.scores.items()}
            for clip in self.clips
        ]
        return json.dumps({**rows, "setting": dict(self.setting), "clips": clips}, indent=2) + "\n"

    def text(self) -> str:
        """A table for the terminal."""
        names = list(Score.__dataclass_fields__)
        lines = ["  ".join([f"{'':16}", *(f"{name:>15}" for name in names)])]
        for method, score in self.means().items():
            lines.append("  ".join([f"{method.value:16}", *(f"{value:15.3f}" for value in asdict(score).values())]))
        return "\n".join(lines)


def write_quality(folder: Path, quality: Quality) -> None:
    """Write quality.json and report.html; OutputError where they can't be written."""
    write_text(folder / "quality.json", quality.to_json())
    write_text(folder / "report.html", _page(quality))


def write_strip(folder: Path, clip: BenchmarkClip, edits: Sequence[MethodEdit]) -> None:
    """Write the strip of a clip: rows of source, target, ground truth, and each method's edit."""
    rows = [clip.source.frames, clip.target.frames, clip.truth.frames]
    strip = np.concatenate([_row(frames) for frames in (*rows, *(edit.frames for edit in edits))])
    path = folder / strip_name(clip.seed)
    with atomic_path(path) as draft, output_errors(path):
        Image.fromarray(strip).save(draft, format="JPEG", quality=88)


def strip_name(seed: int) -> str:
    """The file name of a clip's strip."""
    return f"strip-{seed}.jpg"


def _row(frames: Frames) -> Frames:
    """A few frames side by side."""
    height, width = frames.shape[1:3]
    size = (max(1, round(width * HEIGHT / height)), HEIGHT)
    chosen = np.linspace(0, len(frames) - 1, COLUMNS).round().astype(int)
    return np.concatenate([cv2.resize(frames[index], size, interpolation=cv2.INTER_AREA) for index in chosen], axis=1)


def _page(quality: Quality) -> str:
    rows = "source, target, ground truth, " + ", ".join(method.value for method in Method)
    figures = [
        f'<figure><img src="{strip_name(clip.seed)}" alt="">'
        f"<figcaption>{escape(_caption(clip, rows))}</figcaption></figure>"
        for clip in quality.clips
    ]
    setting = ", ".join(f"{name} {value}" for name, value in quality.setting.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Quality</title><style>{STYLE}</style>'
        f"<h1>Edits against the ground truth</h1><p>{escape(setting)}</p>{_table(quality.means())}{''.join(figures)}"
    )


def _caption(clip: ClipScores, rows: str) -> str:
    refusals = [f"{method.value} failed: {why}" for method, why in clip.refusals.items()]
    return "\n".join([f"Seed {clip.seed}, from top to bottom: {rows}.", *refusals])


def _table(means: Mapping[Method, Score]) -> str:
    names = list(Score.__dataclass_fields__)
    table = np.array([list(asdict(score).values()) for score in means.values()])
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in names)
    body = []
    for row, method in enumerate(means):
        cells = [_cell(table[:, column], row, name) for column, name in enumerate(names)]
        body.append(f"<tr><td>{method.value}</td>{''.join(cells)}</tr>")
    return f"<table><tr><th></th>{head}</tr>{''.join(body)}</table>"


def _cell(column: np.ndarray, row: int, name: str) -> str:
    """One number, bold where it is the best of its column."""
    value = column[row]
    if not math.isfinite(value):
        return "<td>–</td>"
    best = np.nanmax(column) if name.endswith(HIGHER_IS_BETTER) else np.nanmin(column)
    return f'<td class="best">{value:.3f}</td>' if value == best else f"<td>{value:.3f}</td>"
