"""What an edit reads and what comes out of it: inputs, events, results; and its settings, defined in `settings`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motionfollower.core.config import (
    SamplerSettings,
)
from motionfollower.core.errors import InputError
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import (
    Bools,
    Clip,
    MaskSequence,
    PoseSequence,
    Size,
)
from preprocess.video.crop import Crop


@dataclass(frozen=True)
class Origin:
    """The file or folder that a working clip was read from, and which part of its picture the clip shows.

    `size` is the file's own; `framing` leads from its pixels to the working clip's; frame 0 is at `start` seconds.
    """

    path: Path
    size: Size
    start: float
    framing: Crop


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
class FoundMasks:
    """The masks of both clips before any click, and the `clicks` on each that were made since."""

    source: MaskSequence
    target: MaskSequence
    clicks: tuple[tuple[MaskClick, ...], tuple[MaskClick, ...]] = ((), ())


@dataclass(frozen=True)
class Prepared:
    """Two clips, looked at: the inputs of an edit, and what they were made from.

    `target`, `target_poses` and `target_own_masks` are the target clip as it is; `alignment` is the report,
    `doubts` the warnings that have nothing to do with it; clips of the `crowded` roles show other people too.
    `found` are the masks before any click, None where there was none.
    """

    inputs: EditInputs
    target: Clip
    target_poses: PoseSequence
    target_own_masks: MaskSequence
    alignment: dict[str, object]
    doubts: tuple[str, ...] = ()
    crowded: tuple[str, ...] = ()
    found: FoundMasks | None = None


@dataclass(frozen=True)
class StepLosses:
    """The guidance losses of one step, each a mean over the frames."""

    step: int
    foreground: float
    background: float


@dataclass(frozen=True)
class EditResult:
    """The edited clip at the working size, with what there is to know about the run.

    `reach` bool [H, W] is where the networks looked, None where that is the whole picture; outside is the source.
    """

    edited: Clip
    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    reach: Bools | None = None


@dataclass(frozen=True)
class EditMetrics:
    """How well an edit came out.

    `background_kept` is the share of pixels, in [0, 1], that are exactly the source's. The pose is read again from
    the result: `pose_match` is the share of the wanted body joints found within a tenth of the torso's length
    (PCK@0.1), `pose_error` their mean distance in pixels of the working size; both None where nobody is found.
    `flicker` is how far a pixel is from the mean of the frames before and after, in grey levels; `source_flicker`
    that of the source, which moves too.
    """

    background_kept: float
    pose_match: float | None
    pose_error: float | None
    flicker: float
    source_flicker: float

    def __str__(self) -> str:
        pose = "nobody was found in the result"
        if self.pose_match is not None and self.pose_error is not None:
            pose = f"pose match {self.pose_match:.0%} ({self.pose_error:.1f} px)"
        flicker = f"flicker {self.flicker:.1f} (source {self.source_flicker:.1f})"
        return f"background kept {self.background_kept:.1%} · {pose} · {flicker}"
