"""All that `edit` can be told, by its command and by a line of a batch."""

from __future__ import annotations

import argparse
from pathlib import Path

from motionfollower.errors import InputError
from motionfollower.idle_options import check_idle_options
from motionfollower.options import add_prepare_settings, add_result_settings, add_sampler_settings, frame_range


def add_edit_options(parser: argparse.ArgumentParser) -> None:
    """What is edited, and how; where the result goes is for others to say."""
    parser.add_argument("source", type=Path, nargs="?", metavar="SOURCE", help="the clip: a video, or a folder")
    parser.add_argument("target", type=Path, nargs="?", metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("--case", type=Path, metavar="DIR", help="prepared pictures, or a bundle, instead of clips")
    parser.add_argument("--run", dest="again", type=Path, metavar="run.json", help="the same run again")
    parser.add_argument("--redo", type=frame_range, metavar="A-B", help="of that run, make frames A to B anew")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    add_prepare_settings(parser)
    add_sampler_settings(parser)
    add_result_settings(parser)


def check_edit_options(options: argparse.Namespace) -> None:
    """InputError unless there are two clips, or a case, or a run, and nothing beside that has no effect."""
    given = [bool(options.source or options.target), bool(options.case), bool(options.again)]
    if sum(given) != 1 or (options.source and not options.target):
        raise InputError("edit needs either SOURCE and TARGET, or --case DIR, or --run run.json.")
    if options.redo and not options.again:
        raise InputError("--redo needs --run run.json, the run whose frames are made anew.")
    check_idle_options(options)
