"""The command line: `python -m motionfollower prepare | edit | info | bench | dancers`.

Only argument parsing and printing happen here; what takes seconds to import is imported by the command.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from motionfollower.dancers.command import add_commands as add_dancers
from motionfollower.dancers.libraries import MEASURING, check_libraries
from motionfollower.errors import InputError
from motionfollower.events import counted
from motionfollower.progress import show
from motionfollower.types import Align, Camera, PrepareSettings, Regions, SamplerSettings
from preprocess.types import Size

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
    _add_bench(commands.add_parser("bench", help="measure the work, the speed, the memory and the quality of edits"))
    add_dancers(commands.add_parser("dancers", help="render synthetic dancers: clips, truth, training sets"), _size)
    return parser


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the clip: a video, or a folder of pictures")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the pictures go")
    _add_prepare_settings(parser)
    parser.set_defaults(run=_prepare)


def _add_prepare_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("preparing")
    group.add_argument("--align", choices=get_args(Align), default="similarity", help="default: %(default)s")
    group.add_argument("--frames", type=int, metavar="N", help="take the first N frames (default: all)")
    group.add_argument("--size", type=_size, metavar="WxH", help="working size (default: the source's aspect, ~512²)")
    group.add_argument("--fps", type=float, metavar="F", help="frames a second (default: the source's own)")
    group.add_argument("--scale", type=float, default=1.0, help="enlarge the aligned person (default: 1)")
    group.add_argument("--shift", type=float, nargs=2, default=(0.0, 0.0), metavar=("X", "Y"), help="move it, pixels")
    group.add_argument("--foot-line", type=float, default=0.0, metavar="Y", help="the row on which the feet stand")


def _add_edit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, nargs="?", metavar="SOURCE", help="the clip: a video, or a folder")
    parser.add_argument("target", type=Path, nargs="?", metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("--case", type=Path, metavar="DIR", help="prepared pictures in place of the two clips")
    parser.add_argument("--run", dest="again", type=Path, metavar="run.json", help="the same run again")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the result goes")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    _add_prepare_settings(parser)
    group = parser.add_argument_group("sampling", "what isn't given is as the backend has it")
    group.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    group.add_argument("--cfg", type=float, metavar="X", help="classifier-free guidance; 1 switches it off")
    group.add_argument("--guidance", type=float, metavar="X", help="strength of score guidance; 0 switches it off")
    group.add_argument("--regions", choices=get_args(Regions), help="which reading of the background regions")
    group.add_argument("--seed", type=int, metavar="N", help="the noise (default: 42)")
    group.add_argument("--noise", type=float, metavar="ETA", help="SDE noise where the person will be")
    group.add_argument("--strength", type=float, metavar="X", help="start from this share of the noise; 1: all of it")
    group.add_argument("--repeats", type=int, metavar="N", help="how often steps of the repeat span are taken")
    group.add_argument("--window", type=int, metavar="N", help="frames seen at once")
    group.add_argument("--overlap", type=int, metavar="N", help="frames that windows share")
    group.add_argument("--camera", choices=get_args(Camera), default="auto", help="camera mode (default: auto)")
    parser.set_defaults(run=_edit)


def _add_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_info)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    benches = parser.add_subparsers(required=True, dest="what", metavar="WHAT")
    for what, about in (("flops", "FLOPs against the released calls"), ("edit", "time and memory of an edit")):
        bench = benches.add_parser(what, help=about)
        bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures as well")
        bench.set_defaults(run=_bench)
    _add_quality(benches.add_parser("quality", help="edits of rendered clips against the right answer"))


def _add_quality(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="fewer, shorter and smaller clips: some minutes")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    parser.add_argument("--seeds", metavar="A:B", help="which held-out clips, B excluded (default: the first ones)")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the report goes")
    parser.set_defaults(run=_quality)


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write WIDTHxHEIGHT, as in 512x768")
    return int(match[1]), int(match[2])


def _prepare(options: argparse.Namespace) -> None:
    settings = _prepare_settings(options)
    from motionfollower.backends import load_preprocessors
    from motionfollower.job import run_prepare

    prepared = show(run_prepare(options.source, options.target, settings, load_preprocessors(), options.output))
    _tell(prepared.inputs.warnings, options.output)


def _prepare_settings(options: argparse.Namespace) -> PrepareSettings:
    return PrepareSettings(
        align=options.align,
        frames=options.frames,
        size=options.size,
        fps=options.fps,
        scale=options.scale,
        shift=tuple(options.shift),
        foot_line=options.foot_line,
    )


def _edit(options: argparse.Namespace) -> None:
    _check_what_is_edited(options)
    settings = _prepare_settings(options)
    from motionfollower.backends import load_backend
    from motionfollower.job import EditRequest, run_edit
    from motionfollower.metadata import load_run

    if options.again:
        earlier = load_run(options.again)
        backend, request = load_backend(earlier.backend), EditRequest.again(earlier)
    else:
        backend = load_backend(options.backend)
        source, target = (options.case, None) if options.case else (options.source, options.target)
        request = EditRequest(source, target, settings, _sampler_settings(options, backend.settings), options.camera)
    run = show(run_edit(request, backend, options.output))
    _tell(run.warnings, options.output)
    if backend.name == "embedded":
        print("made with the small embedded model; `python -m motionfollower info` tells how to get the full one")


def _check_what_is_edited(options: argparse.Namespace) -> None:
    """InputError unless there are two clips, or a case, or a run."""
    given = [bool(options.source or options.target), bool(options.case), bool(options.again)]
    if sum(given) != 1 or (options.source and not options.target):
        raise InputError("edit needs either SOURCE and TARGET, or --case DIR, or --run run.json.")


def _sampler_settings(options: argparse.Namespace, backend: SamplerSettings) -> SamplerSettings:
    """The backend's settings, with what was given on the command line in their place."""

    def given(**values: object) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}

    guidance = replace(backend.guidance, **given(scale=options.guidance, regions=options.regions))
    changed = given(
        steps=options.steps,
        cfg_scale=options.cfg,
        seed=options.seed,
        noise_eta=options.noise,
        strength=options.strength,
        repeats=options.repeats,
        window=options.window,
        overlap=options.overlap,
    )
    return replace(backend, guidance=guidance, **changed)


def _info(options: argparse.Namespace) -> None:
    from motionfollower.info import collect_info, format_info

    print(format_info(collect_info()))


def _bench(options: argparse.Namespace) -> None:
    from motionfollower.bench import run_bench

    print(run_bench(options.what, options.json))


def _quality(options: argparse.Namespace) -> None:
    check_libraries(MEASURING)
    from motionfollower.bench.quality.measure import QUICK, WHOLE, WORK_A_CLIP, check_quality_place, measure_quality
    from motionfollower.dancers.seeds import HELD_OUT, parse_seeds

    scale = QUICK if options.quick else WHOLE
    seeds = parse_seeds(options.seeds, HELD_OUT) if options.seeds else HELD_OUT[: scale.clips]
    check_quality_place(options.output)
    from motionfollower.backends import load_backend

    work = measure_quality(seeds, scale, load_backend(options.backend), options.output)
    print(show(counted("quality", WORK_A_CLIP * len(seeds), work)).text())
    print(f"written to {options.output}")


def _tell(warnings: Sequence[str], folder: Path) -> None:
    for warning in warnings:
        print(f"note: {warning}")
    print(f"written to {folder}")
