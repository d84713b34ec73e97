"""Measures an edit: its work in FLOPs, its time and memory."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path


def run_bench(what: str, file: Path | None, *, full_step: bool = False) -> str:
    """Measure the work (`flops`), the `memory`, or the time (`edit`) of an edit, or a `long` one; the report, as text.

    `full_step` also takes a step of the full-size model, where memory is measured. The figures are also written to
    `file`, as JSON, where one is given.
    """
    if what == "flops":
        from motionfollower.research.evaluation.flops import measure_flops

        work = measure_flops()
        text, figures = work.text(), work.figures()
    elif what == "memory":
        from motionfollower.research.evaluation.memory import measure_memory

        memory = measure_memory(full_step=full_step)
        text, figures = memory.text(), memory.figures()
    elif what == "long":
        from motionfollower.research.evaluation.chunked import measure_chunked

        long = measure_chunked()
        text, figures = long.text(), asdict(long) | {"peak_ratio": long.peak_ratio}
    else:
        from motionfollower.research.evaluation.speed import measure_speed

        cost = measure_speed()
        text, figures = cost.text(), asdict(cost)
    if file is not None:
        file.write_text(json.dumps(figures, indent=2) + "\n")
    return text
