"""The data of preprocessing: clips, poses, masks, alignments, the protocols of its steps, and its errors.

Sizes are (width, height) everywhere; images are uint8 RGB, height before width.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from preprocess.pose.skeleton import BODY, FACE, HANDS, JOINTS
from preprocess.progress import OnProgress, ignore_progress
from preprocess.warnings import ClipWarning

Frame = NDArray[np.uint8]  # [H, W, 3] RGB
Frames = NDArray[np.uint8]  # [F, H, W, 3] RGB
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Size = tuple[int, int]  # (width, height)


class InputError(ValueError):
    """Invalid user input; the message states what was given, what is allowed, and what to do."""


class OutputError(InputError):
    """Output that can't be written; no partial output is left behind."""


@dataclass(frozen=True)
class Sound:
    """A section of the sound of a media file: `start` and `duration` in seconds."""

    path: Path
    start: float
    duration: float


@dataclass(frozen=True)
class ClipPoint:
    """A point that the user selected: `x`, `y` in [0, 1] from the frame's upper left corner; frames count from 0."""

    x: float
    y: float
    frame: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and self.frame >= 0):
            raise InputError(
                f"The point is {self.x:g}, {self.y:g} in frame {self.frame}; allowed are 0 to 1 from left to right, "
                "0 to 1 from top to bottom, and frames from 0."
            )

    def pixel(self, size: Size) -> tuple[int, int]:
        """The pixel (column, row) in a frame of `size`."""
        return min(int(self.x * size[0]), size[0] - 1), min(int(self.y * size[1]), size[1] - 1)


@dataclass(frozen=True)
class Clip:
    """Frames uint8 [F, H, W, 3] RGB at a constant `fps`, with their sound."""

    frames: Frames
    fps: float
    sound: Sound | None = None

    def __post_init__(self) -> None:
        shape = self.frames.shape
        if self.frames.dtype != np.uint8 or len(shape) != 4 or shape[0] < 1 or shape[3] != 3:
            raise ValueError(f"Clip: frames are {self.frames.dtype} {shape}, not uint8 [F, H, W, 3].")

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self.frames.shape[2], self.frames.shape[1]


@dataclass(frozen=True)
class PoseSequence:
    """One person's joints in every frame.

    `keypoints` f32 [F, 128, 2] in pixels of a frame of `size`, pixel centres at integers; `scores` f32 [F, 128] in
    [0, 1]: a joint with score 0 is missing and its coordinates are (0, 0). The joints are 18 of the body, 2 × 21 of
    the hands, 68 of the face (see `pose.skeleton`). `drawings` uint8 [F, H, W, 3], where given, are pose images that
    were supplied with the clip; they are used unchanged instead of rendering the joints.
    """

    keypoints: Floats
    scores: Floats
    size: Size
    drawings: Frames | None = None

    def __post_init__(self) -> None:
        frames = len(self.keypoints)
        if self.keypoints.shape != (frames, JOINTS, 2) or self.scores.shape != (frames, JOINTS):
            raise ValueError(f"PoseSequence: keypoints {self.keypoints.shape}, scores {self.scores.shape}.")

    def __len__(self) -> int:
        return len(self.keypoints)

    @property
    def body(self) -> Floats:
        """The body joints, f32 [F, 18, 2]."""
        return self.keypoints[:, BODY]

    @property
    def body_scores(self) -> Floats:
        """Their scores, f32 [F, 18]."""
        return self.scores[:, BODY]

    @property
    def hands(self) -> Floats:
        """The joints of the left, then the right hand, f32 [F, 42, 2]."""
        return self.keypoints[:, HANDS]

    @property
    def face(self) -> Floats:
        """The 68 face points, f32 [F, 68, 2]."""
        return self.keypoints[:, FACE]

    def part(self, frames: range) -> PoseSequence:
        """The poses of consecutive frames."""
        span = slice(frames.start, frames.stop)
        drawings = None if self.drawings is None else self.drawings[span]
        return PoseSequence(self.keypoints[span], self.scores[span], self.size, drawings)

    def transformed(self, transforms: Floats, size: Size | None = None) -> PoseSequence:
        """The joints transformed by one affine map a frame, f32 [F, 2, 3], into a frame of `size`."""
        moved = np.einsum("fij,fkj->fki", transforms[:, :, :2], self.keypoints) + transforms[:, None, :, 2]
        moved = np.where(self.scores[..., None] > 0, moved, 0).astype(np.float32)
        return replace(self, keypoints=moved, size=size or self.size, drawings=None)


@dataclass(frozen=True)
class MaskSequence:
    """The person's masks bool [F, H, W]; `origin` names their source ("mediapipe", "sam", "user", …)."""

    masks: Bools
    origin: str

    def __post_init__(self) -> None:
        if self.masks.dtype != np.bool_ or self.masks.ndim != 3:
            raise ValueError(f"MaskSequence: masks are {self.masks.dtype} {self.masks.shape}, not bool [F, H, W].")

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self.masks.shape[2], self.masks.shape[1]

    def part(self, frames: range) -> MaskSequence:
        """The masks of consecutive frames."""
        return MaskSequence(self.masks[frames.start : frames.stop], self.origin)


@dataclass(frozen=True)
class Observation:
    """The tracked person of one clip.

    `masks` is None unless the estimator's network also segments the person; `warnings` name the frames that are
    doubtful or interpolated; `has_others` tells whether other people are visible.
    """

    poses: PoseSequence
    masks: MaskSequence | None = None
    warnings: tuple[ClipWarning, ...] = ()
    has_others: bool = False


@dataclass(frozen=True)
class AlignmentReport:
    """The numbers of an alignment, as prepare.json records them.

    `fit` is the factor that letterboxes the target's frame into the source's; `scale` and `shift` (x, y in pixels of
    the source) are the median transform of the clip relative to it. `joints_outside` counts the body joints that
    the alignment moves out of the frame. `doubtful_frames` maps the value of each `WarningCode` about single frames to
    its frames. `parts` and `blend` are those of `align.partial.PartialMotion`. Mode "given" is that of aligned poses
    that were supplied with the clip; all other fields then have their defaults.
    """

    mode: str
    fit: float = 1.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    joints_outside: int = 0
    frames_with_joints_outside: list[int] = field(default_factory=list)
    doubtful_frames: dict[str, list[int]] = field(default_factory=dict)
    parts: str = "all"
    blend: float = 1.0


@dataclass(frozen=True)
class Alignment:
    """The target's motion, aligned with the source person's position and size.

    `poses` are the aligned poses in pixels of the source; `transforms` f32 [F, 2, 3] are the affine maps, one a
    frame, from the target's pixels to the source's. `moves_masks` is False for partial motion, where these maps do
    not take the target's masks to the aligned person.
    """

    poses: PoseSequence
    transforms: Floats
    report: AlignmentReport
    warnings: tuple[ClipWarning, ...] = ()
    moves_masks: bool = True


class PoseEstimator(Protocol):
    """Estimates the poses of one person in a clip."""

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        """Track the person at a point, by default the largest one; `on_progress` gets the number of frames done.

        InputError where no person is found.
        """


class Segmenter(Protocol):
    """Segments the observed person in a clip."""

    def segment(
        self, clip: Clip, seen: Observation, on_progress: OnProgress = ignore_progress
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        """The person's mask in each frame, and warnings; `on_progress` gets the number of frames done."""


class TargetMaskPredictor(Protocol):
    """Predicts the masks of the source person in the aligned poses."""

    def predict(
        self, source_poses: PoseSequence, source_masks: MaskSequence, aligned: Alignment, target_masks: MaskSequence
    ) -> MaskSequence:
        """The target masks, of the source's size, one for each aligned pose."""
