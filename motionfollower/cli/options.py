"""Options that several commands share, and the settings made from them."""

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
FULL_MODEL = SamplerSettings()
POINT = "X,Y[@FRAME]"


def add_prepare_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options for reading, segmenting and aligning the clips."""
    add = parser.add_argument_group(
        "preparation", "Points are X,Y[@FRAME]: fractions of the width and height from the top left, frames from 0."
    ).add_argument
    add("--align", choices=get_args(Align), default="bones", help="pose alignment (default: %(default)s)")
    add("--frames", type=int, metavar="N", help="maximum number of frames (default: all)")
    add("--size", type=parse_size, metavar="WxH", help="working size (default: about 512², source aspect ratio)")
    add("--fps", type=float, metavar="FPS", help="frame rate, 1 to 240 (default: the source's)")
    add("--scale", type=float, default=1.0, metavar="X", help="scale of the aligned person, 0.1 to 10 (default: 1)")
    add(
        "--shift",
        type=float,
        nargs=2,
        default=(0.0, 0.0),
        metavar=("X", "Y"),
        help="offset of the aligned person in pixels (default: 0 0)",
    )
    add("--foot-line", type=float, default=0.0, metavar="Y", help="row of the feet in pixels (default: from alignment)")
    add("--source-person", type=_point, metavar=POINT, help="point on the person to edit (default: the largest)")
    add("--target-person", type=_point, metavar=POINT, help="point on the person to follow (default: the largest)")
    for role in ("source", "target"):
        for option, is_person, preposition in (("add", True, "to"), ("remove", False, "from")):
            add(
                f"--{role}-{option}",
                dest=f"{role}_clicks",
                type=partial(_click, is_person=is_person),
                action="append",
                metavar=POINT,
                help=f"{option} the region at this point {preposition} the {role} mask; repeatable",
            )
    add("--parts", choices=get_args(Parts), default="all", help="body parts that follow the target (default: all)")
    add("--blend", type=float, default=1.0, metavar="X", help="motion strength, 0: source, 1: target (default: 1)")


def add_sampler_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sampler; None stands for the backend's default."""
    add = parser.add_argument_group(
        "sampling", "Defaults are the full model's; the embedded model takes one step without guidance."
    ).add_argument
    full = FULL_MODEL
    add("--preset", choices=get_args(PresetName), help="speed preset; the other options override it (default: quality)")
    add("--steps", type=int, metavar="N", help=f"denoising steps, 1 to 1000 (default: {full.steps})")
    add(
        "--cfg",
        type=float,
        metavar="X",
        help=f"classifier-free guidance scale, 1 to 30; 1 disables it (default: {full.cfg_scale:g})",
    )
    add(
        "--guidance",
        type=float,
        metavar="X",
        help=f"score guidance scale, 0 to 10; 0 disables it (default: {full.guidance.scale:g})",
    )
    add("--guide-every", type=int, metavar="N", help="guide every Nth step of the guided range (default: 1)")
    add(
        "--cfg-span",
        type=float,
        nargs=2,
        metavar=("START", "END"),
        help="fractions of the steps between which CFG is applied (default: 0 1)",
    )
    add("--reuse", type=int, metavar="N", help="steps per pass through the deep layers; 1: no cache (default: 1)")
    add(
        "--regions",
        choices=get_args(Regions),
        help=f"background regions of score guidance (default: {full.guidance.regions})",
    )
    add("--seed", type=int, metavar="N", help=f"random seed (default: {full.seed})")
    add(
        "--noise",
        type=float,
        metavar="ETA",
        help=f"SDE noise in the target mask, 0 to 1 (default: {full.noise_eta:g})",
    )
    add("--strength", type=float, metavar="X", help="fraction of the noise at the start; 1: pure noise (default: 1)")
    add("--repeats", type=int, metavar="N", help=f"passes per step of the repeat span (default: {full.repeats})")
    add("--window", type=int, metavar="N", help=f"frames per context window, 1 to 32 (default: {full.window})")
    add("--overlap", type=int, metavar="N", help=f"frames shared by neighbouring windows (default: {full.overlap})")
    add("--camera", choices=get_args(Camera), default="auto", help="camera mode, for moving cameras (default: auto)")


def add_result_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options for what is written."""
    add = parser.add_argument_group("result").add_argument
    add("--lock", choices=SWITCH, default="on", help="keep the source's pixels outside the edited region (default: on)")
    add("--sound", choices=get_args(SoundChoice), default="source", help="audio track (default: %(default)s)")
    add("--bundle", type=Path, metavar="FILE.zip", help="also pack the prepared images and the result into a zip file")


def is_on(switch: str) -> bool:
    """Whether an on/off option is on."""
    return switch == "on"


def prepare_settings(options: argparse.Namespace) -> PrepareSettings:
    """The settings of `add_prepare_settings`; SettingsError for a value out of range."""
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


def sampler_settings(options: argparse.Namespace, defaults: SamplerSettings) -> SamplerSettings:
    """The `defaults`, changed by the preset, then by each option that is given; SettingsError for a value out of range.

    The camera mode is left to the edit.
    """

    def given(**values: object) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}

    settings = apply_preset(defaults, options.preset) if options.preset else defaults
    guidance = replace(
        settings.guidance, **given(scale=options.guidance, regions=options.regions, every=options.guide_every)
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
    return replace(settings, guidance=guidance, **changed)


def parse_size(text: str) -> Size:
    """Parse WIDTHxHEIGHT."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"invalid size {text!r}; expected WIDTHxHEIGHT, e.g. 512x768")
    return int(match[1]), int(match[2])


def _point(text: str) -> ClipPoint:
    match = re.fullmatch(r"([\d.]+),([\d.]+)(?:@(\d{1,6}))?", text)
    try:
        if match is not None:
            return ClipPoint(float(match[1]), float(match[2]), int(match[3] or 0))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    raise argparse.ArgumentTypeError(f"invalid point {text!r}; expected X,Y or X,Y@FRAME, e.g. 0.3,0.5@12")


def _click(text: str, *, is_person: bool) -> MaskClick:
    return MaskClick(_point(text), is_person)


def frame_range(text: str) -> tuple[int, int]:
    """Parse FIRST-LAST, or a single frame; both ends are included and counted from 0."""
    match = re.fullmatch(r"(\d{1,6})(?:[-–](\d{1,6}))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"invalid frame range {text!r}; expected FIRST-LAST, e.g. 10-20")
    return int(match[1]), int(match[2] or match[1])
