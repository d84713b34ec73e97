"""`python -m motionfollower bench flops | memory | edit | long | quality | presets`: arguments and printing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.core.events import progress_events
from motionfollower.core.progress import run_with_progress
from motionfollower.research.synthetic.requirements import MEASURING, check_requirements

if TYPE_CHECKING:
    from motionfollower.research.evaluation.quality.measure import Scale

BENCHES = {
    "flops": "FLOPs against the released calls",
    "memory": "memory against the released order of work",
    "edit": "time and memory of an edit",
    "long": "memory of a long edit against a short one, and its seams",
}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """All benches."""
    benches = parser.add_subparsers(required=True, dest="what", metavar="WHAT")
    for what, about in BENCHES.items():
        bench = benches.add_parser(what, help=about)
        bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures as well")
        bench.set_defaults(run=_bench, full_step=False)
        if what == "memory":
            bench.add_argument(
                "--full-step", action="store_true", help="take a step of the full-size model too: 12 GB, some minutes"
            )
    quality = benches.add_parser("quality", help="edits of rendered clips against the right answer")
    _add_clips_to_measure(quality)
    quality.set_defaults(run=_quality)
    presets = benches.add_parser("presets", help="what the faster presets cost and lose against quality")
    _add_clips_to_measure(presets)
    presets.add_argument("--steps", type=int, default=50, metavar="N", help="of quality (default: %(default)s)")
    presets.add_argument("--strength", type=float, default=1.0, metavar="X", help="of all three (default: 1)")
    presets.set_defaults(run=_presets)


def _add_clips_to_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="fewer, shorter and smaller clips: some minutes")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    parser.add_argument("--seeds", metavar="A:B", help="which held-out clips, B excluded (default: the first ones)")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the report goes")


def _bench(options: argparse.Namespace) -> None:
    from motionfollower.research.evaluation import run_bench

    print(run_bench(options.what, options.json, full_step=options.full_step))


def _quality(options: argparse.Namespace) -> None:
    seeds, scale = _clips_to_measure(options)
    from motionfollower.pipeline.backends import load_backend
    from motionfollower.research.evaluation.quality.measure import WORK_A_CLIP, measure_quality

    work = measure_quality(seeds, scale, load_backend(options.backend), options.output)
    print(run_with_progress(progress_events("quality", WORK_A_CLIP * len(seeds), work)).text())
    print(f"written to {options.output}")


def _presets(options: argparse.Namespace) -> None:
    seeds, scale = _clips_to_measure(options)
    from motionfollower.pipeline.backends import load_backend
    from motionfollower.research.evaluation.quality.presets import (
        WORK_A_CLIP,
        Trial,
        measure_presets,
        released_schedule,
    )

    quality = released_schedule(options.steps, options.strength)
    work = measure_presets(Trial(seeds, scale, load_backend(options.backend), quality), options.output)
    print(run_with_progress(progress_events("presets", WORK_A_CLIP * len(seeds) + 1, work)).text())
    print(f"written to {options.output}")


def _clips_to_measure(options: argparse.Namespace) -> tuple[range, Scale]:
    """The seeds of the clips, and how much of each; whatever else could be wrong is found out before the long work."""
    check_requirements(MEASURING)
    from motionfollower.research.evaluation.quality.measure import QUICK, WHOLE, check_quality_place
    from motionfollower.research.synthetic.seeds import HELD_OUT, parse_seeds

    scale = QUICK if options.quick else WHOLE
    seeds = parse_seeds(options.seeds, HELD_OUT) if options.seeds else HELD_OUT[: scale.clips]
    check_quality_place(options.output)
    return seeds, scale
