"""The options that several commands share, and the settings that they ask for."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from motionfollower.core.config import Align, Camera, PrepareSettings, Regions, SamplerSettings, SoundChoice
from motionfollower.core.presets import PresetName, apply_preset
from preprocess.align.partial import Parts
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint, Size

SWITCH = ("on", "off")


def add_prepare_settings(parser: argparse.ArgumentParser) -> None:
    """How the clips are read and aligned."""
    group = parser.add_argument_group("preparing")
    group.add_argument("--align", choices=get_args(Align), default="bones", help="default: %(default)s")
    group.add_argument("--frames", type=int, metavar="N", help="take the first N frames (default: all)")
    group.add_argument(
        "--size", type=parse_size, metavar="WxH", help="working size (default: about 512², as the source)"
    )
    group.add_argument("--fps", type=float, metavar="F", help="frames a second (default: the source's own)")
    group.add_argument("--scale", type=float, default=1.0, help="enlarge the aligned person (default: 1)")
    group.add_argument("--shift", type=float, nargs=2, default=(0.0, 0.0), metavar=("X", "Y"), help="move it, pixels")
    group.add_argument("--foot-line", type=float, default=0.0, metavar="Y", help="the row on which the feet stand")
    group.add_argument(
        "--source-person", type=_point, metavar="X,Y[@FRAME]", help="whom to edit (default: the largest)"
    )
    group.add_argument("--target-person", type=_point, metavar="X,Y[@FRAME]", help="whom to follow; X, Y from 0 to 1")
    for role in ("source", "target"):
        for option, is_person in (("add", True), ("remove", False)):
            group.add_argument(
                f"--{role}-{option}",
                dest=f"{role}_clicks",
                type=partial(_click, is_person=is_person),
                action="append",
                metavar="X,Y[@FRAME]",
                help=f"a place that the {role}'s mask should{'' if is_person else ' not'} hold; as often as needed",
            )
    group.add_argument("--parts", choices=get_args(Parts), default="all", help="what follows the target (default: all)")
    group.add_argument("--blend", type=float, default=1.0, metavar="X", help="0: the old motion, 1: the target's")


def add_sampler_settings(parser: argparse.ArgumentParser) -> None:
    """How to sample."""
    group = parser.add_argument_group("sampling", "what isn't given is as the backend has it")
    group.add_argument(
        "--preset", choices=get_args(PresetName), help="how much work to do; other options here come on top"
    )
    group.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    group.add_argument("--cfg", type=float, metavar="X", help="classifier-free guidance; 1 switches it off")
    group.add_argument("--guidance", type=float, metavar="X", help="strength of score guidance; 0 switches it off")
    group.add_argument(
        "--guide-every", type=int, metavar="N", help="guide one in N of the steps that are usually guided"
    )
    group.add_argument(
        "--cfg-span", type=float, nargs=2, metavar=("A", "B"), help="CFG between these shares of the run only"
    )
    group.add_argument("--reuse", type=int, metavar="N", help="one pass through the deep layers for N steps; 1: each")
    group.add_argument("--regions", choices=get_args(Regions), help="which reading of the background regions")
    group.add_argument("--seed", type=int, metavar="N", help="the noise (default: 42)")
    group.add_argument("--noise", type=float, metavar="ETA", help="SDE noise where the person will be")
    group.add_argument("--strength", type=float, metavar="X", help="start from this share of the noise; 1: all of it")
    group.add_argument("--repeats", type=int, metavar="N", help="how often steps of the repeat span are taken")
    group.add_argument("--window", type=int, metavar="N", help="frames seen at once")
    group.add_argument("--overlap", type=int, metavar="N", help="frames that windows share")
    group.add_argument("--camera", choices=get_args(Camera), default="auto", help="camera mode (default: auto)")


def add_result_settings(parser: argparse.ArgumentParser) -> None:
    """What becomes of the model's pictures."""
    group = parser.add_argument_group("result")
    group.add_argument("--lock", choices=SWITCH, default="on", help="keep the source's real pixels (default: on)")
    group.add_argument("--sound", choices=get_args(SoundChoice), default="source", help="whose (default: %(default)s)")
    group.add_argument("--bundle", type=Path, metavar="FILE.zip", help="pack the prepared pictures and the result too")


def is_on(switch: str) -> bool:
    """The answer to an on-off option."""
    return switch == "on"


def prepare_settings(options: argparse.Namespace) -> PrepareSettings:
    """The settings that were given; SettingsError for one outside its range."""
    return PrepareSettings(
        align=options.align,
        frames=options.frames,
        size=options.size,
        fps=options.fps,
        scale=options.scale,
        shift=tuple(options.shift),
        foot_line=options.foot_line,
        parts=options.parts,
        blend=options.blend,
        source_person=options.source_person,
        target_person=options.target_person,
        source_clicks=tuple(options.source_clicks or ()),
        target_clicks=tuple(options.target_clicks or ()),
    )


def sampler_settings(options: argparse.Namespace, backend: SamplerSettings) -> SamplerSettings:
    """The backend's settings at the wanted speed, with what was given on the command line in their place."""

    def given(**values: object) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}

    usual = apply_preset(backend, options.preset) if options.preset else backend
    guidance = replace(
        usual.guidance, **given(scale=options.guidance, regions=options.regions, every=options.guide_every)
    )
    changed = given(
        steps=options.steps,
        cfg_scale=options.cfg,
        seed=options.seed,
        noise_eta=options.noise,
        strength=options.strength,
        repeats=options.repeats,
        window=options.window,
        overlap=options.overlap,
        cfg_span=tuple(options.cfg_span) if options.cfg_span else None,
        reuse=options.reuse,
    )
    return replace(usual, guidance=guidance, **changed)


def parse_size(text: str) -> Size:
    """The size of WxH."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write WIDTHxHEIGHT, as in 512x768")
    return int(match[1]), int(match[2])


def _point(text: str) -> ClipPoint:
    match = re.fullmatch(r"([\d.]+),([\d.]+)(?:@(\d{1,6}))?", text)
    try:
        if match is not None:
            return ClipPoint(float(match[1]), float(match[2]), int(match[3] or 0))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    raise argparse.ArgumentTypeError(f"{text!r} is no point; write X,Y or X,Y@FRAME, as in 0.3,0.5@12")


def _click(text: str, *, is_person: bool) -> MaskClick:
    return MaskClick(_point(text), is_person)


def frame_range(text: str) -> tuple[int, int]:
    """The first and the last frame of FIRST-LAST, or of a single number."""
    match = re.fullmatch(r"(\d{1,6})(?:[-–](\d{1,6}))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no range of frames; write FIRST-LAST, as in 10-20")
    return int(match[1]), int(match[2] or match[1])
