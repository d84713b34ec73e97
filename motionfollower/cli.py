"""The command line: `python -m motionfollower prepare | edit | info | bench`.

Only argument parsing and printing happen here; what takes seconds to import is imported by the command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from motionfollower.errors import InputError
from motionfollower.options import (
    add_prepare_settings,
    add_result_settings,
    add_sampler_settings,
    frame_range,
    is_on,
    prepare_settings,
    sampler_settings,
)
from motionfollower.progress import show

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 2 for bad input."""
    options = build_parser().parse_args(arguments)
    try:
        options.run(options)
    except InputError as error:
        print(f"motionfollower: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser("motionfollower", description="Edit the motion of the person in a clip.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_prepare(commands.add_parser("prepare", help="find poses and masks, align, write them as pictures"))
    _add_edit(commands.add_parser("edit", help="make the person of one clip do the motion of another"))
    _add_info(commands.add_parser("info", help="what this machine has, what is missing and how to get it"))
    _add_bench(commands.add_parser("bench", help="measure the work, the speed and the memory of an edit"))
    return parser


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the clip: a video, or a folder of pictures")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the pictures go")
    add_prepare_settings(parser)
    parser.set_defaults(run=_prepare)


def _add_edit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, nargs="?", metavar="SOURCE", help="the clip: a video, or a folder")
    parser.add_argument("target", type=Path, nargs="?", metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("--case", type=Path, metavar="DIR", help="prepared pictures, or a bundle, instead of clips")
    parser.add_argument("--run", dest="again", type=Path, metavar="run.json", help="the same run again")
    parser.add_argument("--redo", type=frame_range, metavar="A-B", help="of that run, make frames A to B anew")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the result goes")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    add_prepare_settings(parser)
    add_sampler_settings(parser)
    add_result_settings(parser)
    parser.set_defaults(run=_edit)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_info)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("flops", "edit"), help="FLOPs against the released calls; time and memory")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as well")
    parser.set_defaults(run=_bench)


def _prepare(options: argparse.Namespace) -> None:
    settings = prepare_settings(options)
    from motionfollower.backends import load_preprocessors
    from motionfollower.job import run_prepare

    prepared = show(run_prepare(options.source, options.target, settings, load_preprocessors(), options.output))
    _tell(prepared.inputs.warnings, options.output)


def _edit(options: argparse.Namespace) -> None:
    _check_what_is_edited(options)
    settings = prepare_settings(options)
    from motionfollower.backends import load_backend
    from motionfollower.camera import CameraProposal
    from motionfollower.job import EditRequest, run_bundle, run_edit
    from motionfollower.metadata import load_run
    from motionfollower.redo import Redo

    if options.again:
        earlier = load_run(options.again)
        backend, request = load_backend(earlier.backend), EditRequest.again(earlier)
        if options.redo:
            first, last = options.redo
            redo = Redo(first, last, options.again.parent)
            request = replace(request, sampler=sampler_settings(options, earlier.sampler), redo=redo, repeats=None)
    else:
        backend = load_backend(options.backend)
        source, target = (options.case, None) if options.case else (options.source, options.target)
        request = EditRequest(
            source,
            target,
            settings,
            sampler_settings(options, backend.settings),
            options.camera,
            is_on(options.lock),
            options.sound,
        )
    if options.bundle:
        run = show(run_bundle(request, backend, options.output, options.bundle))
    else:
        run = show(run_edit(request, backend, options.output))
    _tell(run.warnings, options.output)
    if run.camera_travel is not None:
        print(CameraProposal(run.camera_travel))
    print(run.measures)
    if backend.name == "embedded":
        print("made with the small embedded model; `python -m motionfollower info` tells how to get the full one")


def _check_what_is_edited(options: argparse.Namespace) -> None:
    """InputError unless there are two clips, or a case, or a run."""
    given = [bool(options.source or options.target), bool(options.case), bool(options.again)]
    if sum(given) != 1 or (options.source and not options.target):
        raise InputError("edit needs either SOURCE and TARGET, or --case DIR, or --run run.json.")
    if options.redo and not options.again:
        raise InputError("--redo needs --run run.json, the run whose frames are made anew.")


def _info(options: argparse.Namespace) -> None:
    from motionfollower.info import collect_info, format_info

    print(format_info(collect_info()))


def _bench(options: argparse.Namespace) -> None:
    from motionfollower.bench import run_bench

    print(run_bench(options.what, options.json))


def _tell(warnings: Sequence[str], folder: Path) -> None:
    for warning in warnings:
        print(f"note: {warning}")
    print(f"written to {folder}")
