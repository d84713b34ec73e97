"""`python -m motionfollower bench flops | memory | edit | long | quality | presets`: arguments and printing."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.core.events import begin_stage
from motionfollower.core.progress import progress_display
from motionfollower.research.synthetic.requirements import MEASURING, check_requirements

if TYPE_CHECKING:
    from motionfollower.research.evaluation.quality.measure import Scale

BENCHES = {
    "flops": "FLOPs of an edit against the released code's",
    "memory": "peak memory of an edit against the released order of work",
    "edit": "time and peak memory of an edit",
    "long": "peak memory of a long edit against a short one, and its seams",
}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the benchmarks."""
    benches = parser.add_subparsers(required=True, dest="what", metavar="WHAT")
    for what, about in BENCHES.items():
        bench = benches.add_parser(what, help=about)
        bench.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
        bench.set_defaults(run=_bench, full_step=False)
        if what == "memory":
            bench.add_argument(
                "--full-step", action="store_true", help="also run a step of the full-size model: 12 GB, some minutes"
            )
    quality = benches.add_parser("quality", help="edits of rendered clips against the ground truth")
    _add_clip_options(quality)
    quality.set_defaults(run=_quality)
    presets = benches.add_parser("presets", help="cost and quality of the faster presets against Quality")
    _add_clip_options(presets)
    presets.add_argument("--steps", type=int, default=50, metavar="N", help="steps of Quality (default: %(default)s)")
    presets.add_argument("--strength", type=float, default=1.0, metavar="X", help="of all presets (default: 1)")
    presets.set_defaults(run=_presets)


def _add_clip_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="fewer, shorter and smaller clips: some minutes")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    parser.add_argument("--seeds", metavar="A:B", help="held-out clips, B excluded (default: the first ones)")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="the report's folder")


def _bench(options: argparse.Namespace) -> None:
    text, figures = _measure(options.what, full_step=options.full_step)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    print(text)


def _measure(what: str, *, full_step: bool) -> tuple[str, dict[str, object]]:
    """Run one of `BENCHES`: the table to print and the figures for JSON. `full_step` is an option of "memory"."""
    if what == "flops":
        from motionfollower.research.evaluation.flops import measure_flops

        flops = measure_flops()
        return flops.text(), flops.figures()
    if what == "memory":
        from motionfollower.research.evaluation.memory import measure_memory

        memory = measure_memory(full_step=full_step)
        return memory.text(), memory.figures()
    if what == "long":
        from motionfollower.research.evaluation.chunked import measure_chunked

        chunked = measure_chunked()
        return chunked.text(), asdict(chunked) | {"peak_ratio": chunked.peak_ratio}
    from motionfollower.research.evaluation.speed import measure_speed

    cost = measure_speed()
    return cost.text(), asdict(cost)


def _quality(options: argparse.Namespace) -> None:
    seeds, scale = _clips_to_measure(options)
    from motionfollower.pipeline.backends import load_backend
    from motionfollower.research.evaluation.quality.measure import UNITS_PER_CLIP, measure_quality

    backend = load_backend(options.backend)
    with progress_display() as report:
        on_progress = begin_stage(report, "quality", UNITS_PER_CLIP * len(seeds))
        quality = measure_quality(seeds, scale, backend, options.output, on_progress)
    print(quality.text())
    print(f"written to {options.output}")


def _presets(options: argparse.Namespace) -> None:
    seeds, scale = _clips_to_measure(options)
    from motionfollower.pipeline.backends import load_backend
    from motionfollower.research.evaluation.quality.presets import (
        UNITS_PER_CLIP,
        PresetBenchmark,
        measure_presets,
        released_schedule,
    )

    schedule = released_schedule(options.steps, options.strength)
    benchmark = PresetBenchmark(seeds, scale, load_backend(options.backend), schedule)
    with progress_display() as report:
        on_progress = begin_stage(report, "presets", UNITS_PER_CLIP * len(seeds) + 1)
        table = measure_presets(benchmark, options.output, on_progress)
    print(table.text())
    print(f"written to {options.output}")


def _clips_to_measure(options: argparse.Namespace) -> tuple[range, Scale]:
    """The seeds and the scale of the clips. Checks the libraries and the output first, before the slow work."""
    check_requirements(MEASURING)
    from motionfollower.research.evaluation.quality.measure import FULL, QUICK, check_report_dir
    from motionfollower.research.synthetic.seeds import HELD_OUT, parse_seeds

    scale = QUICK if options.quick else FULL
    seeds = parse_seeds(options.seeds, HELD_OUT) if options.seeds else HELD_OUT[: scale.clips]
    check_report_dir(options.output)
    return seeds, scale
