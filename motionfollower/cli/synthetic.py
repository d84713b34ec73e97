"""`python -m motionfollower dancers assets | render | dataset`: arguments and printing."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from motionfollower.cli.options import parse_size
from motionfollower.core.errors import SettingsError
from motionfollower.core.events import progress_events
from motionfollower.core.progress import run_with_progress
from motionfollower.research.synthetic.requirements import RENDERING, check_requirements

MOST_JOBS = 64


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The three commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    assets = commands.add_parser("assets", help="fetch the body model and the motions (150 MB), pack them (18 MB)")
    assets.set_defaults(run=_assets)
    _add_render(commands.add_parser("render", help="a clip in the released example layout"))
    _add_dataset(commands.add_parser("dataset", help="a training set, one file a character; can be resumed"))


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="who, where, which camera")
    parser.add_argument("--motion-seed", type=int, required=True, metavar="M", help="what they do")
    parser.add_argument("--target-motion-seed", type=int, metavar="M2", help="what they shall do: truth for an edit")
    parser.add_argument("--size", type=parse_size, default=(512, 512), metavar="WxH", help="default: 512x512")
    parser.add_argument("--frames", type=int, default=24, metavar="N", help="default: %(default)s")
    parser.add_argument("--fps", type=float, default=8.0, metavar="F", help="default: %(default)g")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.set_defaults(run=_render)


def _add_dataset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", required=True, metavar="A:B", help="one character a seed, B excluded")
    parser.add_argument("--size", type=parse_size, default=(144, 144), metavar="WxH", help="default: 144x144")
    parser.add_argument("--motions", type=int, default=4, metavar="M", help="of each character; default: %(default)s")
    parser.add_argument("--frames", type=int, default=10, metavar="N", help="of each motion; default: %(default)s")
    parser.add_argument("--fps", type=float, default=8.0, metavar="F", help="default: %(default)g")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="J", help="processes at once")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the set goes")
    parser.set_defaults(run=_dataset)


def _assets(options: argparse.Namespace) -> None:
    from motionfollower.research.synthetic.assets.store import fetch_assets

    print(f"the dancers' assets are in {fetch_assets()}")


def _render(options: argparse.Namespace) -> None:
    check_requirements(RENDERING)
    from motionfollower.research.synthetic.assets.store import load_assets
    from motionfollower.research.synthetic.case import (
        CaseConfig,
        check_rendered_case_dir,
        folders_of,
        render_case,
        write_rendered_case,
    )

    order = CaseConfig(
        options.seed, options.motion_seed, options.target_motion_seed, options.size, options.frames, options.fps
    )
    check_rendered_case_dir(options.output)
    production = run_with_progress(progress_events("render", order.total, render_case(load_assets(), order)))
    run_with_progress(progress_events("write", folders_of(production), write_rendered_case(options.output, production)))
    print(f"written to {options.output}")


def _dataset(options: argparse.Namespace) -> None:
    check_requirements(RENDERING)
    from motionfollower.research.synthetic.dataset import DatasetConfig, render_dataset
    from motionfollower.research.synthetic.seeds import TRAINING, parse_seeds

    seeds = parse_seeds(options.seeds, TRAINING)
    if not 1 <= options.jobs <= MOST_JOBS:
        raise SettingsError.out_of_range("jobs", options.jobs, f"1 to {MOST_JOBS}")
    recipe = DatasetConfig(options.size, options.motions, options.frames, options.fps)
    run_with_progress(
        progress_events("characters", len(seeds), render_dataset(options.output, seeds, recipe, options.jobs))
    )
    print(f"written to {options.output}")
