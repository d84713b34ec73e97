"""What is asked of an edit and what comes out of it: settings, requests, events, results."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from motionfollower.errors import InputError, SettingsError
from preprocess.framing import Framing
from preprocess.types import Clip, Frame, MaskSequence, PoseSequence, Size

Align = Literal["official", "similarity", "bones", "none"]
Camera = Literal["auto", "on", "off"]
Regions = Literal["released", "paper"]


def _require(condition: bool, field_name: str, value: object, allowed: str) -> None:
    if not condition:
        raise SettingsError.out_of_range(field_name, value, allowed)


def _is_within(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low <= value <= high


@dataclass(frozen=True)
class PrepareSettings:
    """How two clips become the inputs of an edit.

    `frames` is the most frames to take, `size` the working size, `fps` the working frame rate, each the
    source's own where None. `scale`, `shift` and `foot_line`, in pixels of the working size, come on top of
    `align`; a `foot_line` of 0 leaves it to the mode.
    """

    align: Align = "similarity"
    frames: int | None = None
    size: Size | None = None
    fps: float | None = None
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    foot_line: float = 0.0

    def __post_init__(self) -> None:
        modes = get_args(Align)
        _require(self.align in modes, "align", self.align, ", ".join(modes))
        _require(self.frames is None or 1 <= self.frames <= 10**6, "frames", self.frames, "1 to 1000000")
        is_drawable = self.size is None or all(8 <= side <= 8192 for side in self.size)
        _require(is_drawable, "size", self.size, "8 to 8192 pixels a side")
        _require(self.fps is None or _is_within(self.fps, 1, 240), "fps", self.fps, "1 to 240")
        _require(_is_within(self.scale, 0.1, 10), "scale", self.scale, "0.1 to 10")
        is_near = all(_is_within(pixels, -8192, 8192) for pixels in self.shift)
        _require(is_near, "shift", self.shift, "−8192 to 8192 pixels each way")
        _require(_is_within(self.foot_line, 0, 8192), "foot line", self.foot_line, "0 to 8192 pixels")


@dataclass(frozen=True)
class GuidanceSettings:
    """Score guidance between the branches (paper §3.3).

    `scale` multiplies the score gradient: 1 is the released strength, 0 switches guidance off.
    `foreground`, `body`, `overlap`, `complement` weigh the terms of the losses, 1 as released.
    `regions` chooses what the background terms reward: as the released code has it, or as the paper says.
    """

    scale: float = 1.0
    foreground: float = 1.0
    body: float = 1.0
    overlap: float = 1.0
    complement: float = 1.0
    regions: Regions = "released"

    def __post_init__(self) -> None:
        for name in ("scale", "foreground", "body", "overlap", "complement"):
            _require(_is_within(getattr(self, name), 0, 10), f"guidance {name}", getattr(self, name), "0 to 10")
        _require(self.regions in ("released", "paper"), "guidance regions", self.regions, "'released' or 'paper'")


@dataclass(frozen=True)
class SamplerSettings:
    """How the sampler runs.

    `cfg_scale` weighs the conditional against the unconditional prediction (1: no CFG); `noise_eta` is the
    SDE noise inside the target mask; `strength` the share of the noise that a run starts from: less than 1
    improves the puppet, for networks that know one; `repeats` the number of times a step of the repeat window
    is taken; `window` and `overlap` the frames seen at once and shared by neighbouring context windows.
    """

    steps: int = 50
    cfg_scale: float = 7.0
    seed: int = 42
    camera: bool = False
    noise_eta: float = 0.4
    strength: float = 1.0
    repeats: int = 3
    window: int = 32
    overlap: int = 8
    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)

    def __post_init__(self) -> None:
        _require(_is_within(self.strength, 0.001, 1), "strength", self.strength, "0.001 to 1")
        most = int(1000 * self.strength)
        _require(1 <= self.steps <= most, "steps", self.steps, f"1 to {most}")
        _require(_is_within(self.cfg_scale, 1, 30), "cfg", self.cfg_scale, "1 to 30")
        _require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 − 1")
        _require(_is_within(self.noise_eta, 0, 1), "noise", self.noise_eta, "0 to 1")
        _require(1 <= self.repeats <= 10, "repeats", self.repeats, "1 to 10")
        _require(1 <= self.window <= 32, "window", self.window, "1 to 32 frames")
        _require(0 <= self.overlap < self.window, "overlap", self.overlap, f"0 to {self.window - 1} frames")


@dataclass(frozen=True)
class Origin:
    """The file or folder that a working clip was read from, and which part of its picture the clip shows.

    `size` is the file's own; `framing` leads from its pixels to the working clip's; frame 0 is at `start` seconds.
    """

    path: Path
    size: Size
    start: float
    framing: Framing


@dataclass(frozen=True)
class EditInputs:
    """All that an edit needs to know of the clips; every part can be replaced by the user.

    Everything has one length and one size, the working size. `target_masks` say where the person will be.
    """

    source: Clip
    source_poses: PoseSequence
    aligned_poses: PoseSequence
    source_masks: MaskSequence
    target_masks: MaskSequence
    origin: Origin | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("source_poses", "aligned_poses", "source_masks", "target_masks"):
            part = getattr(self, name)
            if (len(part), part.size) != (len(self.source), self.source.size):
                raise InputError(
                    f"{name} has {len(part)} frames of {part.size}; the source has {len(self.source)} of "
                    f"{self.source.size}. Each part needs one picture for every source frame, of its size."
                )


@dataclass(frozen=True)
class Prepared:
    """Two clips, looked at: the inputs of an edit, and what they were made from.

    `target`, `target_poses` and `target_own_masks` are the target clip as it is; `alignment` is the report,
    `doubts` the warnings that have nothing to do with it.
    """

    inputs: EditInputs
    target: Clip
    target_poses: PoseSequence
    target_own_masks: MaskSequence
    alignment: dict[str, object]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageStarted:
    """A stage of the job began; `total` units of work lie before it, where they can be counted."""

    stage: str
    total: int | None = None


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of a stage are done."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Preview:
    """What the middle frame of the edit looks like after `step` steps, uint8 [H, W, 3] at the working size."""

    step: int
    frame: Frame


@dataclass(frozen=True)
class StepLosses:
    """The guidance losses of one step, each a mean over the frames."""

    step: int
    foreground: float
    background: float


@dataclass(frozen=True)
class EditResult:
    """The edited clip at the working size, with what there is to know about the run."""

    edited: Clip
    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]


Event = StageStarted | Progress | Preview
