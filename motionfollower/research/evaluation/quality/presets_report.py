"""The presets' table, presets.json, and presets.svg: quality against FLOPs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from motionfollower.core.presets import PresetName
from motionfollower.research.evaluation.quality.score import Score, as_json
from preprocess.video.atomic import atomic_path, output_errors, write_text


@dataclass(frozen=True)
class PresetRow:
    """A preset's FLOPs relative to Quality's, its scores, and its losses against Quality.

    `psnr_loss` of the person in dB; `pose_growth` is the relative growth of the joints' mean error, NaN where no
    person is found; `seconds` per clip.
    """

    preset: PresetName
    flops_share: float
    person_psnr: float
    pose_px: float
    psnr_loss: float
    pose_growth: float
    seconds: float

    @classmethod
    def against(cls, quality: Score, preset: PresetName, mean: Score, relative_flops: float) -> PresetRow:
        """A preset's mean scores against those of Quality."""
        return cls(
            preset,
            relative_flops,
            mean.person_psnr,
            mean.pose_px,
            psnr_loss=quality.person_psnr - mean.person_psnr,
            pose_growth=mean.pose_px / quality.pose_px - 1 if quality.pose_px else math.nan,
            seconds=mean.seconds,
        )


@dataclass(frozen=True)
class PresetTable:
    """The rows of all presets; `setting` are the conditions of the measurement."""

    setting: Mapping[str, object]
    rows: Sequence[PresetRow]

    def text(self) -> str:
        """A table for the terminal."""
        heads = ("FLOPs", "person dB", "loss dB", "joints px", "growth", "seconds")
        lines = ["  ".join([f"{'':10}", *(f"{head:>9}" for head in heads)])]
        for row in self.rows:
            numbers = f"{row.flops_share:9.3f}  {row.person_psnr:9.2f}  {row.psnr_loss:9.2f}  {row.pose_px:9.2f}"
            lines.append(f"{row.preset:10}  {numbers}  {row.pose_growth:9.1%}  {row.seconds:9.1f}")
        setting = ", ".join(f"{name} {value}" for name, value in self.setting.items())
        return "\n".join([*lines, f"Measured with {setting}; FLOPs at full size, 24 frames of 512x512."])

    def to_json(self) -> str:
        """The text of presets.json; missing numbers are null."""
        rows = {row.preset: _numbers(row) for row in self.rows}
        return json.dumps({**rows, "setting": dict(self.setting)}, indent=2) + "\n"


def _numbers(row: PresetRow) -> dict[str, float | None]:
    return as_json({name: value for name, value in asdict(row).items() if name != "preset"})


def write_presets(folder: Path, table: PresetTable) -> None:
    """Write presets.json and presets.svg; OutputError where they can't be written."""
    write_text(folder / "presets.json", table.to_json())
    with atomic_path(folder / "presets.svg") as draft, output_errors(folder / "presets.svg"):
        _draw(table, draft)


def _draw(table: PresetTable, file: Path) -> None:
    """Plot the person's PSNR and the joints' error, each against the FLOPs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, name, label in ((panels[0], "person_psnr", "person, dB"), (panels[1], "pose_px", "joint error, px")):
        flops, values = [row.flops_share for row in table.rows], [getattr(row, name) for row in table.rows]
        axes.plot(flops, values, marker="o")
        for row, value in zip(table.rows, values, strict=True):
            axes.annotate(row.preset, (row.flops_share, value), textcoords="offset points", xytext=(4, 6))
        axes.set_xlabel("FLOPs relative to Quality")
        axes.set_ylabel(label)
        axes.set_xlim(0, 1.15)
    figure.savefig(file, format="svg")
