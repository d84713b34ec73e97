"""What an edit reads and what comes out of it: inputs, the edited clip, its metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from motionfollower.core.config import PrepareSettings, SamplerSettings
from motionfollower.core.errors import InputError
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import AlignmentReport, Bools, Clip, MaskSequence, PoseSequence
from preprocess.video.crop import Crop
from preprocess.video.probe import Media
from preprocess.warnings import ClipWarning, Role


@dataclass(frozen=True)
class Origin:
    """Where a working clip comes from: the file or folder, and the crop of its frames that the clip shows.

    `crop` maps the file's pixels to the working clip's; frame 0 is at `start` seconds.
    """

    media: Media
    start: float
    crop: Crop


@dataclass(frozen=True)
class EditInputs:
    """Everything the sampler needs to know about the clips; users may replace any part.

    All parts have the same number of frames and the same size, the working size. `target_masks` are the predicted
    masks of the source person in the aligned poses. `target_media` is the target's file, None for a prepared case.
    """

    source: Clip
    source_poses: PoseSequence
    aligned_poses: PoseSequence
    source_masks: MaskSequence
    target_masks: MaskSequence
    origin: Origin | None = None
    target_media: Media | None = None
    warnings: tuple[ClipWarning, ...] = ()

    def __post_init__(self) -> None:
        for name in ("source_poses", "aligned_poses", "source_masks", "target_masks"):
            part = getattr(self, name)
            if (len(part), part.size) != (len(self.source), self.source.size):
                raise InputError(
                    f"{name} has {len(part)} frames of {part.size}; the source has {len(self.source)} of "
                    f"{self.source.size}. Each part needs one frame per source frame, of the source's size."
                )


@dataclass(frozen=True)
class DetectedMasks:
    """The masks of both clips before any click, and the `clicks` on each since then."""

    source: MaskSequence
    target: MaskSequence
    clicks: tuple[tuple[MaskClick, ...], tuple[MaskClick, ...]] = ((), ())


@dataclass(frozen=True)
class Prepared:
    """Two analysed clips: the inputs of an edit, and what they were made from.

    `target`, `target_poses` and `target_own_masks` are the target clip's own. `doubts` are the warnings that do not
    concern the alignment; clips of the `crowded` roles show several people. `detected` has the masks before any
    click, None where there was no click; `settings` are those that the clips were prepared with.
    """

    inputs: EditInputs
    target: Clip
    target_poses: PoseSequence
    target_own_masks: MaskSequence
    alignment: AlignmentReport
    doubts: tuple[ClipWarning, ...] = ()
    crowded: tuple[Role, ...] = ()
    detected: DetectedMasks | None = None
    settings: PrepareSettings = field(default_factory=PrepareSettings)


@dataclass(frozen=True)
class StepLosses:
    """The guidance losses of one step, each a mean over the frames."""

    step: int
    foreground: float
    background: float


@dataclass(frozen=True)
class EditedClip:
    """The edited clip at the working size, with the settings it was sampled with.

    `reach` bool [H, W] is the region that the networks saw, None for the whole frame; outside it the source remains.
    """

    edited: Clip
    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[ClipWarning, ...]
    reach: Bools | None = None


@dataclass(frozen=True)
class EditMetrics:
    """How well an edit came out.

    `background_kept` is the fraction of pixels, in [0, 1], that equal the source's. The pose is estimated again in
    the result: `pose_match` is the fraction of the aligned body joints found within a tenth of the torso's length
    (PCK@0.1), `pose_error` their mean distance in pixels of the working size; both None where no person is found.
    `flicker` is the mean distance of a pixel from the mean of the frames before and after, in grey levels;
    `source_flicker` that of the source, which moves too.
    """

    background_kept: float
    pose_match: float | None
    pose_error: float | None
    flicker: float
    source_flicker: float

    def __str__(self) -> str:
        pose = "no person found in the result"
        if self.pose_match is not None and self.pose_error is not None:
            pose = f"pose match {self.pose_match:.0%} ({self.pose_error:.1f} px)"
        flicker = f"flicker {self.flicker:.1f} (source {self.source_flicker:.1f})"
        return f"background kept {self.background_kept:.1%} · {pose} · {flicker}"
