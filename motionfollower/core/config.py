"""What is asked of an edit: how its clips are prepared, how the sampler runs, what is written.

Each dataclass validates itself: SettingsError where a value is outside its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from motionfollower.core.errors import SettingsError
from preprocess.align.partial import Parts
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import ClipPoint, Size

Align = Literal["official", "similarity", "bones", "none"]
Camera = Literal["auto", "on", "off"]
SoundChoice = Literal["source", "target", "none"]
Regions = Literal["released", "paper"]

BackendName = Literal["embedded", "full"]
BackendChoice = Literal["auto", "embedded", "full"]

MAX_CLICKS = 100  # on a clip


def _require(condition: bool, field_name: str, value: object, allowed: str) -> None:
    if not condition:
        raise SettingsError.out_of_range(field_name, value, allowed)


def is_within(value: float, low: float, high: float) -> bool:
    """Whether a finite number lies in a range."""
    return math.isfinite(value) and low <= value <= high


@dataclass(frozen=True)
class PrepareSettings:
    """How two clips become the inputs of an edit.

    `frames` is the maximum number of frames, `size` the working size, `fps` the working frame rate; where they are
    None, all frames are read, at a size near 512² with the source's aspect ratio, at the source's rate. `scale`,
    `shift` and `foot_line`, in pixels of the working size, adjust the result of `align`; a `foot_line` of 0 keeps the
    mode's. `parts` of the body follow the target, the others keep the source's motion; `blend` interpolates from the
    source's motion at 0 to the target's at 1. `source_person` and `target_person` select a person, None the largest.
    The clicks refine the masks, one after the other.
    """

    align: Align = "bones"
    frames: int | None = None
    size: Size | None = None
    fps: float | None = None
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    foot_line: float = 0.0
    parts: Parts = "all"
    blend: float = 1.0
    source_person: ClipPoint | None = None
    target_person: ClipPoint | None = None
    source_clicks: tuple[MaskClick, ...] = ()
    target_clicks: tuple[MaskClick, ...] = ()

    def __post_init__(self) -> None:
        modes = get_args(Align)
        _require(self.align in modes, "align", self.align, ", ".join(modes))
        _require(self.frames is None or 1 <= self.frames <= 10**6, "frames", self.frames, "1 to 1000000")
        is_drawable = self.size is None or all(8 <= side <= 8192 for side in self.size)
        _require(is_drawable, "size", self.size, "8 to 8192 pixels a side")
        _require(self.fps is None or is_within(self.fps, 1, 240), "fps", self.fps, "1 to 240")
        _require(is_within(self.scale, 0.1, 10), "scale", self.scale, "0.1 to 10")
        is_near = all(is_within(pixels, -8192, 8192) for pixels in self.shift)
        _require(is_near, "shift", self.shift, "−8192 to 8192 pixels each way")
        _require(is_within(self.foot_line, 0, 8192), "foot line", self.foot_line, "0 to 8192 pixels")
        _require(self.parts in get_args(Parts), "parts", self.parts, ", ".join(get_args(Parts)))
        _require(is_within(self.blend, 0, 1), "blend", self.blend, "0 to 1")
        clicks = max(len(self.source_clicks), len(self.target_clicks))
        _require(clicks <= MAX_CLICKS, "number of clicks", clicks, f"0 to {MAX_CLICKS} a clip")


@dataclass(frozen=True)
class GuidanceSettings:
    """Score guidance between the branches (paper §3.3).

    `scale` multiplies the score gradient: 1 is the released strength, 0 disables guidance. `foreground`, `body`,
    `overlap`, `complement` weight the terms of the losses, 1 as released. `regions` selects the definition of the
    background terms: that of the released code, or that of the paper. Of the steps that the released code guides, the
    first and then one in `every` are guided.
    """

    scale: float = 1.0
    foreground: float = 1.0
    body: float = 1.0
    overlap: float = 1.0
    complement: float = 1.0
    regions: Regions = "released"
    every: int = 1

    def __post_init__(self) -> None:
        for name in ("scale", "foreground", "body", "overlap", "complement"):
            _require(is_within(getattr(self, name), 0, 10), f"guidance {name}", getattr(self, name), "0 to 10")
        _require(self.regions in ("released", "paper"), "guidance regions", self.regions, "'released' or 'paper'")
        _require(1 <= self.every <= 1000, "guidance every", self.every, "1 to 1000 steps")


@dataclass(frozen=True)
class SamplerSettings:
    """How the sampler runs.

    `cfg_scale` is the scale of classifier-free guidance (1: none); `noise_eta` the SDE noise inside the target mask;
    `strength` the fraction of the noise that a run starts from, less than 1 only for networks that see a puppet;
    `repeats` how often a step of the repeat span is taken; `window` and `overlap` the frames of a context window and
    those it shares with the next.

    `cfg_span` is the interval of the run, in fractions of the steps, in which CFG acts (Kynkäänniemi et al. 2024).
    `reuse` is the number of steps that share one pass through the deep layers (DeepCache, Ma et al. 2024), 1 for none;
    guided and repeated steps always have their own, as do all steps of a clip longer than a window.
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
    cfg_span: tuple[float, float] = (0.0, 1.0)
    reuse: int = 1
    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)

    def __post_init__(self) -> None:
        _require(is_within(self.strength, 0.001, 1), "strength", self.strength, "0.001 to 1")
        most = int(1000 * self.strength)
        _require(1 <= self.steps <= most, "steps", self.steps, f"1 to {most}")
        _require(is_within(self.cfg_scale, 1, 30), "cfg", self.cfg_scale, "1 to 30")
        _require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 − 1")
        _require(is_within(self.noise_eta, 0, 1), "noise", self.noise_eta, "0 to 1")
        _require(1 <= self.repeats <= 10, "repeats", self.repeats, "1 to 10")
        _require(1 <= self.window <= 32, "window", self.window, "1 to 32 frames")
        _require(0 <= self.overlap < self.window, "overlap", self.overlap, f"0 to {self.window - 1} frames")
        start, end = self.cfg_span
        _require(0 <= start <= end <= 1, "cfg span", f"{start} to {end}", "0 to 1, the start before the end")
        _require(1 <= self.reuse <= 10, "reuse", self.reuse, "1 to 10 steps")


@dataclass(frozen=True)
class RunEnvironment:
    """What a run's result depends on besides its settings: the machine, the weights, the versions.

    `weights` has the sha256 of each weight file, `versions` those of Python, of this package and of its dependencies.
    """

    device: str
    dtype: str
    weights: dict[str, str]
    versions: dict[str, str]


@dataclass(frozen=True)
class Redo:
    """Redo the frames `first` to `last`, counted from 0, of the result in the folder `earlier`."""

    first: int
    last: int
    earlier: Path

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise SettingsError.out_of_range("redo", f"{self.first}-{self.last}", "FIRST-LAST, counted from 0")


@dataclass(frozen=True)
class RepeatedRun:
    """What a repeated run takes from the earlier one: its environment, and how far the camera travels."""

    environment: RunEnvironment
    camera_travel: float | None


@dataclass(frozen=True)
class EditConfig:
    """One edit: of two clips, or with `target` None of a `source` folder in the released example layout, or its bundle.

    `camera` overrides the sampler's setting; "auto" measures how the source's background moves. `lock` keeps the
    source's pixels away from the person; without it the model's output is shown wherever the networks saw. `sound`
    selects the clip whose sound the edit has. `redo` replaces some frames of an earlier result. `repeated` is the run
    that this one repeats, if any.
    """

    source: Path
    target: Path | None
    prepare: PrepareSettings
    sampler: SamplerSettings
    camera: Camera = "auto"
    lock: bool = True
    sound: SoundChoice = "source"
    redo: Redo | None = None
    repeated: RepeatedRun | None = None

    def __post_init__(self) -> None:
        for name, choices in (("camera", get_args(Camera)), ("sound", get_args(SoundChoice))):
            _require(getattr(self, name) in choices, name, getattr(self, name), ", ".join(choices))
        if self.sound == "target" and self.target is None:
            raise SettingsError.out_of_range("sound", "target", "source or none with a prepared case, which has none")

    def absolute(self) -> EditConfig:
        """The same configuration with absolute paths, for a process in another working directory."""
        target = self.target and self.target.absolute()
        redo = self.redo and replace(self.redo, earlier=self.redo.earlier.absolute())
        return replace(self, source=self.source.absolute(), target=target, redo=redo)

    @property
    def recorded_travel(self) -> float | None:
        """How far the camera travels, as measured by the run that this one repeats."""
        return self.repeated.camera_travel if self.repeated else None
