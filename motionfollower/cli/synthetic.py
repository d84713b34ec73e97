"""`motionfollower dancers assets | render | dataset`: arguments and output."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from motionfollower.cli.options import parse_size
from motionfollower.core.errors import SettingsError
from motionfollower.core.events import begin_stage
from motionfollower.core.progress import progress_display
from motionfollower.research.synthetic.requirements import RENDERING, check_requirements

MAX_JOBS = 64


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the three commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    assets = commands.add_parser("assets", help="download the body model and the motions (150 MB), pack them (18 MB)")
    assets.set_defaults(run=_assets)
    _add_render(commands.add_parser("render", help="render a clip in the released example layout"))
    _add_dataset(commands.add_parser("dataset", help="render a training set, one file per character; resumable"))


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=int, required=True, metavar="S", help="seed of the character, environment and camera"
    )
    parser.add_argument("--motion-seed", type=int, required=True, metavar="M", help="seed of the motion")
    parser.add_argument(
        "--target-motion-seed",
        type=int,
        metavar="M2",
        help="seed of the motion to transfer: also render a target clip and the ground truth of the edit",
    )
    parser.add_argument(
        "--size", type=parse_size, default=(512, 512), metavar="WxH", help="image size; default: 512x512"
    )
    parser.add_argument("--frames", type=int, default=24, metavar="N", help="number of frames; default: %(default)s")
    parser.add_argument("--fps", type=float, default=8.0, metavar="F", help="frame rate; default: %(default)g")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="output folder")
    parser.set_defaults(run=_render)


def _add_dataset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seeds", required=True, metavar="A:B", help="range of seeds, one character each; B is excluded"
    )
    parser.add_argument(
        "--size", type=parse_size, default=(144, 144), metavar="WxH", help="image size; default: 144x144"
    )
    parser.add_argument(
        "--motions", type=int, default=4, metavar="M", help="motions per character; default: %(default)s"
    )
    parser.add_argument("--frames", type=int, default=10, metavar="N", help="frames per motion; default: %(default)s")
    parser.add_argument("--fps", type=float, default=8.0, metavar="F", help="frame rate; default: %(default)g")
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(2, os.cpu_count() or 1),
        metavar="J",
        help="number of processes; default: %(default)s",
    )
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        required=True,
        metavar="DIR",
        help="output folder; rendering resumes if it has shards",
    )
    parser.set_defaults(run=_dataset)


def _assets(options: argparse.Namespace) -> None:
    from motionfollower.research.synthetic.assets.store import fetch_assets

    print(f"the assets are in {fetch_assets()}")


def _render(options: argparse.Namespace) -> None:
    check_requirements(RENDERING)
    from motionfollower.research.synthetic.assets.store import load_assets
    from motionfollower.research.synthetic.export.case import (
        CaseConfig,
        check_rendered_case_dir,
        count_folders,
        render_case,
        write_rendered_case,
    )

    config = CaseConfig(
        options.seed, options.motion_seed, options.target_motion_seed, options.size, options.frames, options.fps
    )
    check_rendered_case_dir(options.output)
    with progress_display() as report:
        case = render_case(load_assets(), config, begin_stage(report, "render", config.total))
        write_rendered_case(options.output, case, begin_stage(report, "write", count_folders(case)))
    print(f"written to {options.output}")


def _dataset(options: argparse.Namespace) -> None:
    check_requirements(RENDERING)
    from motionfollower.research.synthetic.export.dataset import DatasetConfig, render_dataset
    from motionfollower.research.synthetic.seeds import TRAINING, parse_seeds

    seeds = parse_seeds(options.seeds, TRAINING)
    if not 1 <= options.jobs <= MAX_JOBS:
        raise SettingsError.out_of_range("jobs", options.jobs, f"1 to {MAX_JOBS}")
    config = DatasetConfig(options.size, options.motions, options.frames, options.fps)
    with progress_display() as report:
        on_progress = begin_stage(report, "characters", len(seeds))
        render_dataset(options.output, seeds, config, options.jobs, on_progress)
    print(f"written to {options.output}")
