"""The command line: `python -m motionfollower prepare | edit | batch | weights | info | bench | dancers | train`.

Only argument parsing and printing happen here; what takes seconds to import is imported by the command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from motionfollower.cli.bench import add_commands as add_bench
from motionfollower.cli.edit import add_edit_options, check_edit_options
from motionfollower.cli.options import add_prepare_settings, prepare_settings
from motionfollower.cli.progress import run_with_progress
from motionfollower.cli.synthetic import add_commands as add_dancers
from motionfollower.cli.train import add_commands as add_training
from motionfollower.core.errors import InputError

FAILED_JOBS = 1
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 where jobs of a batch failed, or 2 for bad input."""
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"motionfollower: {error}", file=sys.stderr)
        return BAD_INPUT


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser("motionfollower", description="Edit the motion of the person in a clip.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_prepare(commands.add_parser("prepare", help="find poses and masks, align, write them as pictures"))
    _add_edit(commands.add_parser("edit", help="make the person of one clip do the motion of another"))
    _add_batch(commands.add_parser("batch", help="many edits: a file with one job a line"))
    _add_weights(commands.add_parser("weights", help="get the full model's weights, or see which are there"))
    _add_info(commands.add_parser("info", help="what this machine has, what is missing and how to get it"))
    add_bench(commands.add_parser("bench", help="measure the work, the speed, the memory and the quality of edits"))
    add_dancers(commands.add_parser("dancers", help="render synthetic dancers: clips, truth, training sets"))
    add_training(commands.add_parser("train", help="train a model, tiny to full"))
    return parser


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the clip: a video, or a folder of pictures")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the pictures go")
    add_prepare_settings(parser)
    parser.set_defaults(run=_prepare)


def _add_edit(parser: argparse.ArgumentParser) -> None:
    add_edit_options(parser)
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the result goes")
    parser.add_argument("--ray", metavar="ADDRESS", help="spread a long edit over a Ray cluster: HOST:PORT, or auto")
    parser.set_defaults(run=_edit)


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("jobs", type=Path, metavar="jobs.jsonl", help="JSON objects with the names of edit's options")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--ray", metavar="ADDRESS", help="spread them over a Ray cluster: HOST:PORT, or auto")
    parser.set_defaults(run=_batch)


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("status", "fetch", "verify", "where"), help="what to do with the weights")
    parser.add_argument("sets", nargs="*", metavar="SET", help="which of them (default: all that an edit uses)")
    parser.set_defaults(run=_weights)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_info)


def _prepare(options: argparse.Namespace) -> None:
    settings = prepare_settings(options)
    from motionfollower.pipeline.backends import load_preprocessors
    from motionfollower.pipeline.run import run_prepare

    prepared = run_with_progress(
        run_prepare(options.source, options.target, settings, load_preprocessors(), options.output)
    )
    _tell(prepared.inputs.warnings, options.output)


def _edit(options: argparse.Namespace) -> None:
    check_edit_options(options)
    from motionfollower.cli.edit import EditCommand
    from motionfollower.pipeline.backends import load_backend
    from motionfollower.pipeline.checks import CameraModeProposal

    order = EditCommand.of(options)
    if options.ray:
        run = run_with_progress(order.run_at(options.ray, options.output))
    else:
        run = run_with_progress(order.run(load_backend(order.backend), options.output))
    _tell(run.warnings, options.output)
    if run.camera_travel is not None:
        print(CameraModeProposal(run.camera_travel))
    print(run.measures)
    if order.backend == "embedded":
        print("made with the small embedded model; `python -m motionfollower info` tells how to get the full one")


def _batch(options: argparse.Namespace) -> int:
    from motionfollower.cli.batch.jobs import read_jobs
    from motionfollower.cli.batch.ray import run_on_ray
    from motionfollower.cli.batch.run import one_by_one, run_batch

    do = run_on_ray(options.ray) if options.ray else one_by_one
    report = run_with_progress(run_batch(read_jobs(options.jobs), options.output, do))
    print(report.text())
    print(f"written to {options.output}")
    return FAILED_JOBS if report.failures else 0


def _weights(options: argparse.Namespace) -> None:
    from motionfollower.cli.weights import run_weights

    for line in run_weights(options.action, options.sets):
        print(line, flush=True)


def _info(options: argparse.Namespace) -> None:
    from motionfollower.cli.info import collect_info, format_info

    print(format_info(collect_info()))


def _tell(warnings: Sequence[str], folder: Path) -> None:
    for warning in warnings:
        print(f"note: {warning}")
    print(f"written to {folder}")
