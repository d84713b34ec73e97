"""The metrics of a run: a CSV with a row per validation, and their curves."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from preprocess.video.atomic import atomic_path, output_errors

LOG = "log.csv"
CURVES = "curves.png"


class MetricsLog:
    """The rows of log.csv in a run's folder; a resumed run appends to them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = _read(folder / LOG)

    def add(self, row: Mapping[str, float]) -> None:
        """Add a row and redraw the curves. Rows of the same or a later `step`, from an interrupted run, are dropped."""
        earlier = [previous for previous in self._rows if previous["step"] < row["step"]]
        self._rows = [*earlier, dict(row)]
        path = self._folder / LOG
        with atomic_path(path) as draft, output_errors(path), draft.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(row))
            writer.writeheader()
            writer.writerows(self._rows)
        _draw(self._folder / CURVES, self._rows)


def _read(path: Path) -> list[dict[str, float]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def _draw(path: Path, rows: list[dict[str, float]]) -> None:
    """One small plot per column over the steps."""
    from matplotlib.figure import Figure

    names = [name for name in rows[0] if name != "step"]
    figure = Figure(figsize=(4 * len(names), 3), layout="constrained")
    for index, name in enumerate(names, 1):
        axes = figure.add_subplot(1, len(names), index, title=name, xlabel="step")
        axes.plot([row["step"] for row in rows], [row[name] for row in rows], marker=".")
        axes.grid(alpha=0.3)
    with atomic_path(path) as draft, output_errors(path):
        figure.savefig(draft, format="png", dpi=80)
