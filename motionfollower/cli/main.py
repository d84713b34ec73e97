"""The command line: `python -m motionfollower prepare | edit | batch | weights | app | info | bench | dancers | train`.

This module parses arguments and prints results. Libraries that take long to import are imported by the commands.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from motionfollower.cli.bench import add_commands as add_bench
from motionfollower.cli.edit import EditCommand, add_edit_options
from motionfollower.cli.options import add_prepare_settings, prepare_settings
from motionfollower.cli.synthetic import add_commands as add_dancers
from motionfollower.cli.train import add_commands as add_training
from motionfollower.core.errors import InputError
from motionfollower.core.progress import progress_display

FAILED_JOBS = 1
BAD_INPUT = 2

COMMANDS = {
    "prepare": "estimate poses and masks, align the motion and write the images",
    "edit": "re-pose the person in a video with the motion of another",
    "batch": "run many edits from a JSON Lines file, resumable",
    "weights": "download or check the weights of the full model",
    "app": "open the app in the browser",
    "info": "show the device, the available backends and what is missing",
    "bench": "measure FLOPs, memory, speed and quality",
    "dancers": "render synthetic dancers: clips, ground truth and training sets",
    "train": "train the model and its auxiliary networks",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0, 1 if jobs of a batch failed, 2 for invalid input."""
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"motionfollower: {error}", file=sys.stderr)
        return BAD_INPUT


def build_parser() -> argparse.ArgumentParser:
    """The parser with all commands and their options."""
    parser = argparse.ArgumentParser(
        "motionfollower", description="Re-pose the person in a video with the motion of another."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    commands = {
        name: subparsers.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        for name, about in COMMANDS.items()
    }
    _add_prepare(commands["prepare"])
    _add_edit(commands["edit"])
    _add_batch(commands["batch"])
    _add_weights(commands["weights"])
    commands["app"].set_defaults(run=_app)
    commands["info"].set_defaults(run=_info)
    add_bench(commands["bench"])
    add_dancers(commands["dancers"])
    add_training(commands["train"])
    return parser


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="clip to edit: a video or image folder")
    parser.add_argument("target", type=Path, metavar="TARGET", help="clip with the motion to follow")
    _add_output(parser)
    add_prepare_settings(parser)
    parser.set_defaults(run=_prepare)


def _add_edit(parser: argparse.ArgumentParser) -> None:
    add_edit_options(parser)
    _add_output(parser)
    parser.add_argument("--ray", metavar="ADDRESS", help="run the chunks of a long edit on Ray: HOST:PORT or auto")
    parser.set_defaults(run=_edit)


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "jobs", type=Path, metavar="jobs.jsonl", help="one JSON object per line, keyed by edit's options"
    )
    _add_output(parser)
    parser.add_argument("--ray", metavar="ADDRESS", help="run the jobs on a Ray cluster: HOST:PORT or auto")
    parser.set_defaults(run=_batch)


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("status", "fetch", "verify", "where"), help="what to do")
    parser.add_argument("sets", nargs="*", metavar="SET", help="weight sets (default: all that an edit uses)")
    parser.set_defaults(run=_weights)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="output directory")


def _prepare(options: argparse.Namespace) -> None:
    settings = prepare_settings(options)
    from motionfollower.core.messages import messages
    from motionfollower.pipeline.backends import load_preprocessors
    from motionfollower.pipeline.run import run_prepare

    preprocessors = load_preprocessors()
    with progress_display() as report:
        prepared = run_prepare(options.source, options.target, settings, preprocessors, options.output, report)
    _print_result(messages(prepared.inputs.warnings), options.output)


def _edit(options: argparse.Namespace) -> None:
    command = EditCommand.from_options(options)
    from motionfollower.pipeline.backends import backend_info, load_backend
    from motionfollower.pipeline.checks import CameraModeProposal

    if options.ray:
        run_command = partial(command.run_on_ray, options.ray)
    else:
        run_command = partial(command.run, load_backend(command.backend))
    with progress_display() as report:
        run = run_command(options.output, report)
    _print_result(run.warnings, options.output)
    if run.camera_travel is not None:
        mode = "on" if CameraModeProposal(run.camera_travel).is_on else "off"
        print(f"camera motion {run.camera_travel:.0f} px (at an image size of 512 px); proposed camera mode: {mode}")
    print(run.measures)
    backend = backend_info(command.backend)
    if backend.is_demo:
        print(f"made with {backend.label}; see `python -m motionfollower info` for the full model")


def _batch(options: argparse.Namespace) -> int:
    from motionfollower.cli.batch.jobs import read_jobs
    from motionfollower.cli.batch.ray import run_on_ray
    from motionfollower.cli.batch.run import run_batch, run_here
    from motionfollower.pipeline.ray_cluster import check_address

    if options.ray:
        check_address(options.ray)
    run_jobs = partial(run_on_ray, options.ray) if options.ray else run_here
    jobs = read_jobs(options.jobs)
    with progress_display() as report:
        batch = run_batch(jobs, options.output, run_jobs, report)
    print(batch.text())
    print(f"written to {options.output}")
    return FAILED_JOBS if batch.failures else 0


def _weights(options: argparse.Namespace) -> None:
    from motionfollower.cli.weights import run_weights

    for line in run_weights(options.action, options.sets):
        print(line, flush=True)


def _app(options: argparse.Namespace) -> None:
    from motionfollower.ui.launch import launch

    launch()


def _info(options: argparse.Namespace) -> None:
    from motionfollower.cli.info import collect_info, format_info

    print(format_info(collect_info()))


def _print_result(warnings: Sequence[str], folder: Path) -> None:
    for warning in warnings:
        print(f"note: {warning}")
    print(f"written to {folder}")
